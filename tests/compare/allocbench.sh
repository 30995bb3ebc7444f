# buggy
# log: nothing
insmod allocbench.ko rounds=1 iters=100 only=pair
rmmod allocbench
