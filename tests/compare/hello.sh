insmod hello.ko
cat /sys/module/hello/initstate
cat /sys/module/hello/refcnt
insmod hello.ko
grep -c '^hello ' /proc/modules
rmmod hello
ls /sys/module/hello
rmmod hello
