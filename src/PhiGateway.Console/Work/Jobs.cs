using System.Runtime.ExceptionServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;

namespace PhiGateway.Console.Work;

/// <summary>
/// Does what takes long for a person behind the pages: it can be left and found again, is kept for a time, and is taken by that person alone,
/// in a role that may. It ends with the session in which it was begun, not with idleness. Begun by screens.
/// </summary>
/// <remarks>
/// Thread-safe and bounded: in number for each person and in all, in bytes for each file and in all. What puts itself on record does so when
/// it begins; that its file is taken is on record here.
/// </remarks>
internal sealed class Jobs : IDisposable
{
    private const long MostBytes = 2L * 1024 * 1024 * 1024;
    private const long MostBytesInAll = 8L * 1024 * 1024 * 1024;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly ConsoleOptions _options;
    private readonly SpoolRoom _spools;
    private readonly TrailSearch _looks;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly ITimer _timer;

    public Jobs(ConsoleOptions options, SpoolRoom spools, TrailSearch looks, TimeProvider time)
    {
        (_options, _spools, _looks, _time) = (options, spools, looks, time);
        _timer = time.CreateTimer(_ => Sweep(), null, Look, Look);
    }

    /// <summary>Begins something and waits a moment for it.</summary>
    /// <returns>What it came to within the moment; else it goes on, and its page shows how far it is.</returns>
    public async Task<ScreenAnswer> BeginAsync(ConsoleRequest request, JobPlan plan)
    {
        Sweep();
        var job = new Job(request.Session, plan, _time.GetUtcNow());
        Job? former;
        lock (_gate)
        {
            // What is done makes room for what begins, the oldest first.
            var own = _jobs.Values.Where(one => PersonName.AreSame(one.Person, job.Person)).ToList();
            former =
                own.Count >= _options.JobsPerPerson ? own.Where(static one => one.Ended is not null).MinBy(static one => one.Begun) : null;
            if (former is not null)
            {
                _jobs.Remove(former.Id);
            }

            if (_jobs.Count >= _options.Jobs || (former is null && own.Count >= _options.JobsPerPerson))
            {
                _options.Exhausted?.Invoke("jobs");
                job.Dispose();
                former?.Dispose();
                return new AdminProblem(
                    429,
                    "too-many-jobs",
                    "Too much is being made",
                    "Take what is ready under /console/jobs, or end what you no longer need; then begin again."
                );
            }

            _jobs[job.Id] = job;
        }

        former?.Dispose();
        var call = request.Call with { Cancelled = job.Stopping };
        var running = Task.Run(() => RunAsync(job, call), CancellationToken.None);
        await Task.WhenAny(running, Task.Delay(_options.Patience, CancellationToken.None));
        if (!running.IsCompleted)
        {
            request.Session.HasWork = true;
            return new ScreenAnswer.Go(PathOf(job), "It goes on behind the pages; you may leave it and come back.");
        }

        if (job.Problem is not null || job.Fault is not null)
        {
            Remove(job);
            if (job.Fault is { } fault)
            {
                ExceptionDispatchInfo.Throw(fault);
            }

            return job.Problem!;
        }

        if (plan.Page is { } page)
        {
            request.Session.HasWork = true;
            return new ScreenAnswer.Go(page(job.Id));
        }

        return await TakeAsync(request, job, isOnce: true);
    }

    /// <summary>Address of a job's page.</summary>
    public static string PathOf(Job job) => "/console/jobs/" + job.Id;

    /// <summary>A person's, the newest first.</summary>
    public IReadOnlyList<Job> ListOf(AdminCaller caller)
    {
        Sweep();
        lock (_gate)
        {
            return [.. _jobs.Values.Where(one => PersonName.AreSame(one.Person, caller.Person)).OrderByDescending(static one => one.Begun)];
        }
    }

    /// <summary>One of a person's, for a role that may have it; null: there is none.</summary>
    public Job? Find(AdminCaller caller, string id)
    {
        Sweep();
        lock (_gate)
        {
            return _jobs.TryGetValue(id, out var job) && PersonName.AreSame(job.Person, caller.Person) && caller.HasAny(job.Plan.Roles)
                ? job
                : null;
        }
    }

    /// <summary>Hands out the file of one that is done; that it was taken is on record before.</summary>
    public Task<ScreenAnswer> TakeAsync(ConsoleRequest request, Job job) => TakeAsync(request, job, isOnce: false);

    /// <summary>Ends one and leaves nothing of it.</summary>
    public void Remove(Job job)
    {
        lock (_gate)
        {
            _jobs.Remove(job.Id);
        }

        job.Dispose();
    }

    /// <summary>Ends them all.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            foreach (var job in _jobs.Values)
            {
                job.Dispose();
            }

            _jobs.Clear();
        }
    }

    private async Task<ScreenAnswer> TakeAsync(ConsoleRequest request, Job job, bool isOnce)
    {
        if (job is not { Ended: not null, Problem: null, Fault: null, File: not null, Plan.FileName: { } name })
        {
            return AdminProblem.Conflict("not-ready", "It is not ready, or nothing came of it.");
        }

        var call = request.Call with { RequestId = Guid.CreateVersion7(_time.GetUtcNow()) };
        await _looks.RecordAsync(call, "audit.taken", $"file={name} of {job.Plan.Title}, begun {job.Begun.UtcDateTime:O}", null, null);
        return new ScreenAnswer.File(
            job.Plan.ContentType,
            name,
            async context =>
            {
                await job.CopyToAsync(context.Response.Body, context.RequestAborted);
                if (isOnce)
                {
                    Remove(job);
                }
            }
        );
    }

    private async Task RunAsync(Job job, AdminCall call)
    {
        try
        {
            var run = new JobRun(job, call, _spools, MostBytes, TakeRoom);
            var problem = await job.Plan.RunAsync(run);
            if (problem is null && job.Plan.FileName is not null)
            {
                await run.WriteAsync(ReadOnlyMemory<byte>.Empty);
                await job.File!.TurnAsync(call.Cancelled);
            }

            job.End(_time.GetUtcNow(), problem, null);
        }
        catch (Exception fault) when (fault is JobTooLargeException or SpoolFullException)
        {
            job.End(
                _time.GetUtcNow(),
                AdminProblem.Conflict("too-large", "The file has no room here: narrow the search, or take it by the API."),
                null
            );
        }
        catch (CallerEndedException)
        {
            job.End(_time.GetUtcNow(), AdminProblem.Forbidden("You may no longer ask for it."), null);
        }
#pragma warning disable CA1031 // Told by whoever waits for it, or by its page.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            job.End(_time.GetUtcNow(), null, fault);
        }
    }

    private bool TakeRoom(long bytes)
    {
        lock (_gate)
        {
            return _jobs.Values.Sum(static job => job.File?.Length ?? 0) + bytes <= MostBytesInAll;
        }
    }

    // What was kept for its time, or whose session was ended, leaves nothing behind.
    private void Sweep()
    {
        List<Job> over;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            over = [.. _jobs.Values.Where(job => job.Ended is { } ended && now - ended >= Kept || job.IsOver)];
            over.ForEach(job => _jobs.Remove(job.Id));
        }

        over.ForEach(static job => job.Dispose());
    }
}
