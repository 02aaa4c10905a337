using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Finds the newest registry revision that the node has enforced while its journal is recovered: from the checkpoint and from every record
/// that is still here. An operator's word for an older one begins anew.
/// </summary>
internal sealed class EnforcedRevision
{
    private long _newest;
    private long _resetAt = -1;

    public void Observe(long sequence, in RecordHead head)
    {
        if (head.IsOlderAccepted)
        {
            (_newest, _resetAt) = (head.Revision, sequence);
        }
        else
        {
            _newest = Math.Max(_newest, head.Revision);
        }
    }

    /// <summary>Both together; a checkpoint from before the operator's word does not count.</summary>
    public long With(CheckpointState? checkpoint) =>
        checkpoint is null || checkpoint.Sequence < _resetAt ? _newest : Math.Max(_newest, checkpoint.Enforced);
}
