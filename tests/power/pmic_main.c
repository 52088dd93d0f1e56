/* Prints the sum that the runner would take from each file, "none" where it would take none. */
#define _GNU_SOURCE
#include "board/board.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        int64_t microwatts;
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0)
            return 1;
        if (pmic_read(fd, &microwatts))
            printf("%lld\n", (long long)microwatts);
        else
            printf("none\n");
        close(fd);
    }
    return 0;
}
