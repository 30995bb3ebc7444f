insmod ticker.ko ticks=3; sleep 1
rmmod ticker
