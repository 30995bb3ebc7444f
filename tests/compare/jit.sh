insmod jit.ko
cat /proc/jit/sleep /proc/jit/busy /proc/jit/schedule /proc/jit/queue /proc/jit/timeout
cat /proc/jit/delay /proc/jit/range /proc/jit/timer /proc/jit/tasklet
echo 3 > /sys/module/jit/parameters/delay_ms
cat /proc/jit/delay
rmmod jit
