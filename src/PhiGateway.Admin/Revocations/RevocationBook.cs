using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Revocations;

/// <summary>Lists what was revoked, the newest first, and says of each whether it still counts; called by the console.</summary>
internal sealed class RevocationBook(IRegistryStore store, TimeProvider time)
{
    /// <summary>One page of revocations, without the rows that only lift one.</summary>
    /// <param name="call">The call.</param>
    /// <param name="skip">How many stand on earlier pages.</param>
    /// <param name="take">How many stand on a page.</param>
    public async Task<RevocationList> ListAsync(AdminCall call, int skip, int take)
    {
        var rows = await RevocationRows.AllAsync(store, call.Cancelled);
        var lines = new List<RevocationLine>();
        var lifts = new Dictionary<(RevocationTarget, string, string?), Revocation>();
        var now = time.GetUtcNow();
        foreach (var row in rows)
        {
            // A lift takes away what was revoked before it, and nothing that was revoked again since.
            var key = row.FindKey();
            if (row.Lifted)
            {
                lifts[key] = row;
            }
            else
            {
                lines.Add(new RevocationLine(row, lifts.GetValueOrDefault(key), row.IsOver(now)));
            }
        }

        return new RevocationList([.. lines.Skip(skip).Take(take)], lines.Count, skip);
    }
}

/// <summary>One page of revocations.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Skipped">How many stand on earlier pages.</param>
public sealed record RevocationList(IReadOnlyList<RevocationLine> Items, int Total, int Skipped);

/// <summary>One revocation and what became of it.</summary>
/// <param name="Row">What was written.</param>
/// <param name="Lift">What lifted it; null: nothing did.</param>
/// <param name="IsOver">Whether the one token that it names is dead by itself.</param>
public sealed record RevocationLine(Revocation Row, Revocation? Lift, bool IsOver)
{
    /// <summary>Whether it still stops something.</summary>
    public bool Counts => Lift is null && !IsOver;
}
