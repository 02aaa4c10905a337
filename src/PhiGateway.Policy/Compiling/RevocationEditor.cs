using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>Adds revocation rows in order to the set of what is revoked and not lifted; a row that was seen is not taken twice.</summary>
internal sealed class RevocationEditor
{
    private readonly PersistentMapEditor<RevocationKey, bool> _revoked = new();
    private readonly PersistentMapEditor<string, long> _issuedBefore = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(RevocationTarget Target, string Value), string> _notUnderstood = [];
    private int _tokens;

    /// <summary>Revocations of a sort that this version does not know, not lifted: whom they concern cannot be said.</summary>
    internal IEnumerable<string> NotUnderstood => _notUnderstood.Values;

    /// <summary>Takes one row; a row that cannot be understood is a problem, and where it can close something it does.</summary>
    internal RegistryProblem? Take(Revocation row)
    {
        if (row?.Id is not null && row.Value is not null && !Enum.IsDefined(row.Target))
        {
            TakeUnknown(row);
            return null;
        }

        if (row?.Id is null || string.IsNullOrEmpty(row.Value))
        {
            return new RegistryProblem($"revocations/{row?.Id}", "The revocation names nothing that can be revoked; write it anew.");
        }

        if (!_seen.Add(row.Id))
        {
            return null;
        }

        if (row.Target == RevocationTarget.IssuedBefore)
        {
            return TakeIssuedBefore(row);
        }

        var key = new RevocationKey(
            row.Target,
            row.Target == RevocationTarget.TokenHash ? row.Value.ToLowerInvariant() : row.Value,
            row.Target == RevocationTarget.Token ? row.Issuer : null
        );
        var token = row.Target is RevocationTarget.Token or RevocationTarget.TokenHash ? 1 : 0;
        if (row.Lifted)
        {
            _tokens -= _revoked.Remove(key) ? token : 0;
        }
        else if (!_revoked.TryGet(key, out _))
        {
            _revoked.Set(key, true);
            _tokens += token;
        }

        return null;
    }

    internal RevocationSet Publish() => new(_revoked.Publish(), _issuedBefore.Publish(), _tokens);

    private void TakeUnknown(Revocation row)
    {
        if (!_seen.Add(row.Id))
        {
            return;
        }

        if (row.Lifted)
        {
            _notUnderstood.Remove((row.Target, row.Value));
        }
        else
        {
            _notUnderstood[(row.Target, row.Value)] = row.Id;
        }
    }

    private RegistryProblem? TakeIssuedBefore(Revocation row)
    {
        var issuer = row.Issuer ?? row.Value;
        if (row.Lifted)
        {
            _issuedBefore.Remove(issuer);
            return null;
        }

        // Without its moment the row still means "what was issued until now".
        var moment = (row.IssuedBefore ?? row.At).UtcTicks;
        if (!_issuedBefore.TryGet(issuer, out var earlier) || moment > earlier)
        {
            _issuedBefore.Set(issuer, moment);
        }

        return row.IssuedBefore is null
            ? new RegistryProblem(
                $"revocations/{row.Id}",
                "An issued-before revocation needs its moment; the moment it was written counts."
            )
            : null;
    }
}
