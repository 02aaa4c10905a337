using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// A thread of its own for a loop that works behind the requests (shipping, log, watch): what the loop does between its waits runs here, one
/// step after the other, and yields to requests wherever both want a processor. Started by <see cref="GatewayHost"/>.
/// </summary>
/// <remarks>
/// On Linux the thread is made nicer than the rest of the process; elsewhere its priority is below normal. It still gets a share of a busy
/// machine, so that shipping goes on under load, only slower. A thread inherits niceness from whoever starts it, and the pool starts its
/// workers on the thread that queues work: <see cref="FillPool"/> has them started before, and they stay.
/// </remarks>
internal sealed partial class BackgroundThread : TaskScheduler, IDisposable
{
    // A share of about a fifth beside one other thread that wants the same processor.
    private const int Nicer = 7;

    private readonly BlockingCollection<Task> _steps = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">What it is for, as tools show it.</param>
    public BackgroundThread(string name)
    {
        _thread = new Thread(Work) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc />
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Has the pool start as many workers as it keeps, from this thread; before the first background thread is made.</summary>
    public static void FillPool()
    {
        // A bound for a pool that cannot start them now: then they come later, some of them nice.
        var longest = TimeSpan.FromSeconds(1);
        var missing = Environment.ProcessorCount - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
        var arrived = 0;
        for (var i = 0; i < missing; i++)
        {
            // Each holds its worker until the last one has one of its own.
            _ = ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref arrived);
                    AwaitAll();
                },
                null
            );
        }

        AwaitAll();

        void AwaitAll() => SpinWait.SpinUntil(() => Volatile.Read(ref arrived) >= missing, longest);
    }

    /// <summary>Runs a loop here from its beginning on, also after each of its waits.</summary>
    public Task RunAsync(Func<Task> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>The same for what gives something back.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Ends the thread when what is queued is done; the loop must have ended.</summary>
    public void Dispose() => _steps.CompleteAdding();

    /// <inheritdoc />
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _steps];

    /// <inheritdoc />
    protected override void QueueTask(Task task) => _steps.Add(task);

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Thread.CurrentThread == _thread && TryExecuteTask(task);

    private void Work()
    {
        StepBack();
        foreach (var step in _steps.GetConsumingEnumerable())
        {
            _ = TryExecuteTask(step);
        }
    }

    private static void StepBack()
    {
        if (OperatingSystem.IsLinux())
        {
            // Linux knows niceness by thread, and 0 is the caller; what it does not grant changes nothing.
            _ = SetPriority(which: 0, who: 0, Nicer);
            return;
        }

        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, uint who, int priority);
}
