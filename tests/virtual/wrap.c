/* The interpreter that an emulated board registers with binfmt_misc: starts /.vb/qemu with the CPU
 * model written in /.vb/cpu. A program, because the SSH server clears the environment (so QEMU_CPU is
 * lost) and a binfmt interpreter gets no options. Raw system calls: it is built without a libc. */

#define MAX_ARGS 4096
#define MAX_CPU 256

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_open = 257, SYS_execve = 59, SYS_exit = 60, SYS_write = 1 };
static long call(long n, long a, long b, long c, long d)
{
    long r;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return r;
}
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall wrap\n");
#elif defined(__aarch64__)
enum { SYS_read = 63, SYS_open = 56, SYS_execve = 221, SYS_exit = 93, SYS_write = 64 };
static long call(long n, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl wrap\n");
#else
#error "emulated boards are made on x86-64 and arm64 machines"
#endif

static char cpu[MAX_CPU];
static char *args[MAX_ARGS];

__attribute__((noreturn, used)) void wrap(long *stack)
{
    long argc = stack[0];
    char **argv = (char **)(stack + 1);
    char **envp = argv + argc + 1;
    static const char failed[] = "emulated board: cannot start qemu\n";
    long fd = call(SYS_open, -100 /* AT_FDCWD */, (long)"/.vb/cpu", 02000000 /* O_CLOEXEC */, 0);
    long n = fd < 0 ? 0 : call(SYS_read, fd, (long)cpu, MAX_CPU - 1, 0);
    int k = 0;

    for (long i = 0; i < n; i++)
        if (cpu[i] == '\n')
            cpu[i] = 0;
    args[k++] = (char *)"qemu";
    if (cpu[0]) {
        args[k++] = (char *)"-cpu";
        args[k++] = cpu;
    }
    /* flag P of binfmt_misc: argv is interpreter, path of the program, its argv[0], the rest.
     * -0 keeps that argv[0]: busybox finds its applet by it. */
    if (argc > 2 && argc + 8 < MAX_ARGS) {
        args[k++] = (char *)"-0";
        args[k++] = argv[2];
        args[k++] = argv[1];
        for (long i = 3; i < argc; i++)
            args[k++] = argv[i];
        call(SYS_execve, (long)"/.vb/qemu", (long)args, (long)envp, 0);
    }
    call(SYS_write, 2, (long)failed, sizeof failed - 1, 0);
    for (;;)
        call(SYS_exit, 127, 0, 0, 0);
}
