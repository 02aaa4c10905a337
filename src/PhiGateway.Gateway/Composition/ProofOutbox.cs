using System.Threading.Channels;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Holds what the node's verifiers found until it is on record and an alert: one after the other, and again while the journal takes nothing or
/// the registry is away. Filled and run by <see cref="ProofParts"/>.
/// </summary>
/// <remarks>What waits when the node stops is found again by the verifier of the next process, which begins at the first record.</remarks>
internal sealed class ProofOutbox(Func<ProofFinding, Task> record, Func<ProofFinding, Task> raise, TimeProvider clock)
{
    private const int Most = 4096;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    private readonly Channel<ProofFinding> _waiting = Channel.CreateBounded<ProofFinding>(
        new BoundedChannelOptions(Most) { SingleReader = true }
    );
    private bool _isRecorded;
    private bool _hasFailed;

    /// <summary>Told once of each finding that could not be told at the first try, with the fault; null as well where there is no room.</summary>
    public event Action<ProofFinding, Exception?>? Failed;

    /// <summary>Takes one; it is told soon.</summary>
    public void Add(ProofFinding finding)
    {
        if (!_waiting.Writer.TryWrite(finding))
        {
            Failed?.Invoke(finding, null);
        }
    }

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

    /// <summary>Tells what waits; false where one could not be told, which is the next again.</summary>
    internal async Task<bool> TellAsync()
    {
        while (_waiting.Reader.TryPeek(out var finding))
        {
            try
            {
                if (!_isRecorded)
                {
                    await record(finding);
                    _isRecorded = true;
                }

                await raise(finding);
            }
#pragma warning disable CA1031 // Whatever is away: the log line has told already, and it is tried again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (!_hasFailed)
                {
                    _hasFailed = true;
                    Failed?.Invoke(finding, fault);
                }

                return false;
            }

            _ = _waiting.Reader.TryRead(out _);
            (_isRecorded, _hasFailed) = (false, false);
        }

        return true;
    }
}
