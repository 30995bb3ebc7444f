# Only what has ended by itself when the module goes: Linux does not survive the rest.
insmod left_running.ko what=timer ms=50; sleep 1
rmmod left_running
insmod left_running.ko what=nothing
