# How many operations differs from run to run; that none is damaged does not.
# log: nothing
insmod grazer.ko rest_ms=1; sleep 1
dmesg | grep -c damaged
rmmod grazer
