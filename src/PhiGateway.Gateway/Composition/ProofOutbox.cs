using System.Threading.Channels;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Holds what the node's verifiers found until it is on record and an alert: one after the other, and again while the journal takes nothing or
/// the registry is away; one that is refused time and again lets the others pass. Filled and run by <see cref="ProofParts"/>.
/// </summary>
/// <remarks>What waits when the node stops is found again by the verifier of the next process, which begins at the first record.</remarks>
internal sealed class ProofOutbox(Func<ProofFinding, Task> record, Func<ProofFinding, Task> raise, TimeProvider clock)
{
    private const int Most = 4096;

    // Then it goes behind the others: what an alert cannot take, as words of a hostile row, must not keep all others from being told.
    private const int MostTriesInFront = 3;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(Most) { SingleReader = true });

    /// <summary>Told once of each finding that could not be told at the first try, with the fault; null as well where there is no room.</summary>
    public event Action<ProofFinding, Exception?>? Failed;

    /// <summary>Takes one; it is told soon.</summary>
    public void Add(ProofFinding finding) => Put(new Waiting(finding));

    /// <summary>Tells until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!await TellAsync())
            {
                await Task.Delay(Retry, clock, cancellationToken);
            }
        }
    }

    /// <summary>Tells what waits; false where one could not be told, which is tried again.</summary>
    internal async Task<bool> TellAsync()
    {
        while (_waiting.Reader.TryPeek(out var next))
        {
            try
            {
                if (!next.IsRecorded)
                {
                    await record(next.Finding);
                    next.IsRecorded = true;
                }

                await raise(next.Finding);
            }
#pragma warning disable CA1031 // Whatever is away: the log line has told already, and it is tried again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                next.Tries++;
                if (next.Tries == 1)
                {
                    Failed?.Invoke(next.Finding, fault);
                }

                if (next.Tries >= MostTriesInFront && _waiting.Reader.Count > 1 && _waiting.Reader.TryRead(out _))
                {
                    Put(next);
                }

                return false;
            }

            _ = _waiting.Reader.TryRead(out _);
        }

        return true;
    }

    private void Put(Waiting one)
    {
        if (!_waiting.Writer.TryWrite(one))
        {
            Failed?.Invoke(one.Finding, null);
        }
    }

    /// <summary>A finding, and what became of it so far.</summary>
    private sealed class Waiting(ProofFinding finding)
    {
        public ProofFinding Finding { get; } = finding;

        public bool IsRecorded { get; set; }

        /// <summary>How often it could not be told.</summary>
        public int Tries { get; set; }
    }
}
