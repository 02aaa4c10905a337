using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Runs what a node does beside its requests. A loop that ends by a fault takes neither the process nor the others with it, and is started
/// again after a pause that grows; readiness, a metric and the log tell. Used by the host for every loop.
/// </summary>
/// <remarks>
/// Security: a verifier, a follower or a detector that ended at one strange row and stayed ended would be an alarm that anybody can turn off.
/// One that returns without a fault has nothing more to do, and says why in a status of its own. Thread-safe.
/// </remarks>
internal sealed class WatchedLoops(TimeProvider clock, ILogger log) : IDisposable
{
    /// <summary>How long the stop waits for the loops: a database that hangs must not keep what is in memory from being put on record.</summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<WatchedLoop> _loops = [];
    private readonly List<Task> _tasks = [];
    private long _restarts;

    /// <summary>Asked to stop when the host stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>How often a loop was started again, since the start.</summary>
    public long Restarts => Interlocked.Read(ref _restarts);

    /// <summary>Every loop that was started.</summary>
    public IReadOnlyList<LoopStatus> Status
    {
        get
        {
            lock (_gate)
            {
                return _loops.ConvertAll(static loop => loop.Status);
            }
        }
    }

    /// <summary>Starts a loop on the pool.</summary>
    /// <param name="part">Which, as operators are told.</param>
    /// <param name="run">Runs until it is told to stop; must be one that can be started again.</param>
    /// <param name="isNeeded">Whether a node on which it does not go on has to close before long.</param>
    public void Start(string part, Func<CancellationToken, Task> run, bool isNeeded = false) =>
        Add(part, isNeeded, loop => WatchAsync(loop, part, run));

    /// <summary>Starts a loop on a thread of its own, behind the requests.</summary>
    public void StartBehind(string part, Func<CancellationToken, Task> run, bool isNeeded = false) =>
        Add(
            part,
            isNeeded,
            async loop =>
            {
                using var thread = new BackgroundThread(part);
                await WatchAsync(loop, part, stopping => thread.RunAsync(() => run(stopping)));
            }
        );

    /// <summary>Tells every loop to stop and waits until it has, or until it has been waited for long enough: those are told by the log.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks];
        }

        try
        {
            await Task.WhenAll(tasks).WaitAsync(LongestStop, clock);
        }
        catch (TimeoutException)
        {
            string[] left;
            lock (_gate)
            {
                left = [.. _loops.Zip(_tasks).Where(static one => !one.Second.IsCompleted).Select(static one => one.First.Status.Part)];
            }

            GatewayLog.LoopsLeft(log, string.Join(", ", left), LongestStop.TotalSeconds);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private void Add(string part, bool isNeeded, Func<WatchedLoop, Task> watch)
    {
        var loop = new WatchedLoop(part, isNeeded, clock);
        lock (_gate)
        {
            _loops.Add(loop);
            _tasks.Add(watch(loop));
        }
    }

    // Ends without a fault, whatever the loop does.
    private async Task WatchAsync(WatchedLoop loop, string part, Func<CancellationToken, Task> run)
    {
        var stopping = _stopping.Token;
        while (true)
        {
            TimeSpan pause;
            try
            {
                await Task.Run(() => run(stopping), CancellationToken.None);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is: one that was cancelled and not asked to stop has ended by a fault as well.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                pause = loop.Fail(fault.GetType().Name);
                GatewayLog.PartStopped(log, part, fault.GetType().Name, pause.TotalSeconds);
            }

            try
            {
                await Task.Delay(pause, clock, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Interlocked.Increment(ref _restarts);
            loop.Begin();
        }
    }
}
