# buggy
# boot: own
# log: stomper
insmod victim.ko
insmod stomper.ko
