using PhiGateway.Audit.Journal.Files;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>Keeps the registry as last seen on this node's disk, and gives it back at a start while the database is away.</summary>
/// <remarks>
/// A change is in the file before it is in force, so that a node never comes back with less than it has enforced. Its age counts from when
/// it was seen: a restart does not
/// make it younger. A disk that fails costs the file, never the change.
/// </remarks>
internal sealed class LastGoodSnapshot
{
    private const long LargestChanges = 32 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly ILogger<LastGoodSnapshot> _log;
    private readonly string? _path;
    private readonly TimeSpan _confirmEvery;
    private KeptRegistryFile? _file;
    private DateTimeOffset _writtenAt = DateTimeOffset.MinValue;
    private DateTimeOffset _confirmedAt = DateTimeOffset.MinValue;
    private bool _isWhole;

    public LastGoodSnapshot(GatewayOptions options, TimeProvider clock, ILogger<LastGoodSnapshot> log)
    {
        (_clock, _log, _path) = (clock, log, options.Registry.LastGoodFile);
        _confirmEvery = options.Registry.MaxSnapshotAge / 3;
    }

    /// <summary>Reads the file: the whole and the changes after it; empty, and why, when there is none or it may not be used.</summary>
    /// <param name="atLeast">The newest revision that this node is known to have enforced.</param>
    public (IReadOnlyList<KeptSnapshot> Steps, string? Problem) Read(long atLeast)
    {
        if (_path is null || !File.Exists(_path))
        {
            return ([], null);
        }

        try
        {
            if (Open().TryRead() is not { } steps)
            {
                GatewayLog.LastGoodFailed(_log, "read", "not what this node wrote");
                return ([], "the last good snapshot was refused: it is not what this node wrote");
            }

            if (steps[^1].Everything.Revision < atLeast)
            {
                GatewayLog.OlderRevisionRefused(_log, steps[^1].Everything.Revision, atLeast);
                return ([], $"the last good snapshot was refused: it is older than revision {atLeast}, which this node has enforced");
            }

            return (steps, null);
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            GatewayLog.LastGoodFailed(_log, "read", fault.GetType().Name);
            return ([], "the last good snapshot could not be read");
        }
    }

    /// <summary>Writes a whole load.</summary>
    public void Offer(RegistryChanges everything, DateTimeOffset confirmedAt)
    {
        if (_path is null)
        {
            return;
        }

        _writtenAt = _clock.GetUtcNow();
        _isWhole = Try("written", file => file.Write(new KeptSnapshot(everything, confirmedAt)));
        _confirmedAt = confirmedAt;
    }

    /// <summary>Keeps what is about to be in force.</summary>
    public void Keep(RegistryChanges changes, DateTimeOffset confirmedAt)
    {
        if (_isWhole)
        {
            _isWhole = Try("written", file => file.Append(new KeptSnapshot(changes, confirmedAt)));
            _confirmedAt = confirmedAt;
        }
    }

    /// <summary>Keeps, now and then, that nothing had changed.</summary>
    public void Confirm(long revision, DateTimeOffset at)
    {
        if (at - _confirmedAt >= _confirmEvery)
        {
            Keep(new RegistryChanges(revision, [], [], []), at);
        }
    }

    /// <summary>Writes the whole again when changes have grown large or could not be kept; at most once a minute.</summary>
    /// <param name="source">Where the whole is read.</param>
    /// <param name="complete">Adds what the registry lost and this node still enforces.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteIfDueAsync(
        IRegistrySource source,
        Func<RegistryChanges, RegistryChanges> complete,
        CancellationToken cancellationToken
    )
    {
        var now = _clock.GetUtcNow();
        if (_path is null || now - _writtenAt < Interval || (_isWhole && _file!.ChangesBytes < LargestChanges))
        {
            return;
        }

        try
        {
            Offer(complete(await source.LoadAllAsync(cancellationToken)), now);
        }
#pragma warning disable CA1031 // The file is a courtesy to the next start.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            GatewayLog.LastGoodFailed(_log, "written", fault.GetType().Name);
        }
    }

    private KeptRegistryFile Open() =>
        _file ??= new KeptRegistryFile(_path!, KeyFile.OpenOrCreate(_path + ".key", "key of the last good snapshot"));

    // A file size limit is told as an argument out of range.
    private static bool IsDiskFault(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentOutOfRangeException;

    private bool Try(string action, Action<KeptRegistryFile> write)
    {
        try
        {
            write(Open());
            return true;
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            GatewayLog.LastGoodFailed(_log, action, fault.GetType().Name);
            return false;
        }
    }
}
