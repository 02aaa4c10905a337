using System.Globalization;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Remembers when a transmitter was last heard, on this node and, where it is expected to be heard at all, on any: told by whoever takes or
/// fetches its signals, asked by <see cref="SignalSilence"/> and readiness.
/// </summary>
/// <remarks>
/// Thread-safe. Over nodes by marks of the registry's database, one in a quarter of the time in which something is expected: behind a load
/// balancer one node hears what the others do not.
/// </remarks>
internal sealed class SignalVoice(TransmitterOptions options, ISingleUses uses, TimeProvider time)
{
    private const int Parts = 4;

    private static readonly TimeSpan OfPolling = TimeSpan.FromMinutes(15);

    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly Lock _lock = new();
    private DateTimeOffset? _heard;
    private int _failures;
    private string? _fault;
    private long _marked = -1;

    /// <summary>The transmitter.</summary>
    public TransmitterOptions Options => options;

    /// <summary>Within what time something is heard of it; null: nobody waits for it.</summary>
    public TimeSpan? Expected { get; } = options.ExpectEvery ?? (options.PollEndpoint is null ? null : OfPolling);

    /// <summary>Whether the last look found it silent.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>It was heard: a signal of its own, or an answer to a question.</summary>
    public async Task HearAsync()
    {
        long part;
        lock (_lock)
        {
            (_heard, _failures, _fault) = (time.GetUtcNow(), 0, null);
            part = Expected is { } expected ? PartOf(_heard.Value, expected) : _marked;
            if (part == _marked)
            {
                return;
            }

            _marked = part;
        }

        try
        {
            _ = await uses.TryUseAsync(MarkOf(part), time.GetUtcNow() + (2 * Expected!.Value), CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever is away: the signal itself counts, and the next one tells the others.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _marked = -1;
            }
        }
    }

    /// <summary>It was asked, and did not answer as it should.</summary>
    /// <param name="fault">Name of the fault.</param>
    public void Fail(string fault)
    {
        lock (_lock)
        {
            (_failures, _fault) = (_failures + 1, fault);
        }
    }

    /// <summary>Looks whether any node has heard it in time; what this node has not waited for long enough yet is not silent.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (Expected is not { } expected || time.GetUtcNow() - _began < expected)
        {
            return IsSilent = false;
        }

        var newest = PartOf(time.GetUtcNow(), expected);
        for (var part = newest; part >= newest - Parts; part--)
        {
            if (await uses.IsUsedAsync(MarkOf(part), cancellationToken))
            {
                return IsSilent = false;
            }
        }

        return IsSilent = true;
    }

    /// <summary>What this node knows of it, in words.</summary>
    public string Words()
    {
        lock (_lock)
        {
            var heard = _heard is { } at
                ? string.Create(CultureInfo.InvariantCulture, $"last heard here {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")
                : "not heard here since the start";
            return _failures == 0
                ? heard
                : string.Create(CultureInfo.InvariantCulture, $"{heard}; {_failures} questions failed since, the last by {_fault}");
        }
    }

    private string MarkOf(long part) => string.Create(CultureInfo.InvariantCulture, $"signals-heard:{options.Name}:{part}");

    private static long PartOf(DateTimeOffset moment, TimeSpan expected) => moment.UtcTicks / (expected.Ticks / Parts);
}

/// <summary>How a transmitter of shared signals is heard, for readiness.</summary>
/// <param name="Name">The transmitter.</param>
/// <param name="IsSilent">Whether nothing was heard of it for longer than is expected.</param>
/// <param name="Words">In words.</param>
public sealed record SignalStatus(string Name, bool IsSilent, string Words);
