insmod metronome.ko
rmmod metronome
