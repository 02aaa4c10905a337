using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Work;

/// <summary>
/// Something long that a person began: how far it has come, and what came of it. Written by what does it, read by the pages that show it.
/// </summary>
/// <remarks>What it holds may be PHI: it lies sealed on the disk under a key of its own, and ends with the person's sessions.</remarks>
internal sealed class Job(ConsoleSession session, JobPlan plan, DateTimeOffset begun) : IDisposable
{
    private readonly SemaphoreSlim _taking = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private long _done;
    private long _whole = -1;
    private volatile bool _isEnded;

    /// <summary>Its name in an address; nobody guesses it, and it opens nothing to anybody else.</summary>
    public string Id { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));

    /// <summary>Whose it is.</summary>
    public string Person => session.Caller.Person;

    /// <summary>Whether the session in which it was begun was ended, or is too old; that nobody clicks ends nothing that runs.</summary>
    public bool IsOver => session.IsOver;

    /// <summary>What is done.</summary>
    public JobPlan Plan { get; } = plan;

    /// <summary>When it began.</summary>
    public DateTimeOffset Begun { get; } = begun;

    /// <summary>When it was done, or failed; null: it goes on.</summary>
    public DateTimeOffset? Ended { get; private set; }

    /// <summary>Why nothing came of it; null: something did, or it goes on.</summary>
    public AdminProblem? Problem { get; private set; }

    /// <summary>The fault that ended it; null: none did.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>What came of it, for a page; null: a file did, or nothing yet.</summary>
    public object? Result { get; set; }

    /// <summary>The file that came of it; null: none did, or not yet.</summary>
    public SealedSpool? File { get; set; }

    /// <summary>How much has been done.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Of how much; null: it is not known.</summary>
    public long? Whole
    {
        get => Interlocked.Read(ref _whole) is >= 0 and var whole ? whole : null;
        set => Interlocked.Exchange(ref _whole, value ?? -1);
    }

    /// <summary>Cancelled when it has to end.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>It has come further.</summary>
    public void Advance(long done) => Interlocked.Add(ref _done, done);

    /// <summary>It is done, or failed.</summary>
    public void End(DateTimeOffset at, AdminProblem? problem, Exception? fault)
    {
        (Problem, Fault) = (problem, fault);
        Ended = at;
    }

    /// <summary>Hands its file out, to one reader at a time.</summary>
    public async Task CopyToAsync(Stream to, CancellationToken cancellationToken)
    {
        await _taking.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isEnded || File is null, this);
            File.Rewind();
            await File.CopyToAsync(to, cancellationToken);
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <summary>Stops it, and leaves nothing of it.</summary>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _stop.Cancel();
        File?.Dispose();
        Result = null;
    }
}
