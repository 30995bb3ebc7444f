# As deep as it may go: a real overflow ends Linux.
insmod stack_overflow.ko depth_limit=3
rmmod stack_overflow
