# Only what it removes itself: Linux does not survive the rest.
insmod left_files.ko what=open; cat /dev/left_files
rmmod left_files
insmod left_files.ko what=nothing
