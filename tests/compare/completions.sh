insmod completions.ko
rmmod completions
