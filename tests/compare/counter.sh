# log: counter_lib|counter_user
insmod counter_user.ko
insmod counter_lib.ko
insmod counter_user.ko step=3
ls /sys/module/counter_lib/holders
cat /sys/module/counter_lib/refcnt
rmmod counter_lib
rmmod counter_user
rmmod counter_lib
