using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>Lists alerts for people who work through them: the urgent first, then the newest; called by the console.</summary>
internal sealed class AlertInbox(WorkingSetSource sets)
{
    // Somebody works through them one by one: whoever has more open than this looks at kinds and subjects first.
    private const int Most = PageRequest.Most;

    /// <summary>Alerts of some states and kinds.</summary>
    /// <param name="call">The call.</param>
    /// <param name="states">Which states.</param>
    /// <param name="kind">Only of this kind; null: any.</param>
    public async Task<Outcome<AlertList>> ListAsync(AdminCall call, IReadOnlyCollection<AlertState> states, string? kind)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var all = set.Kind(RegistryKind.Alert)
            .Values.Where(item => item.Entity is Alert alert && states.Contains(alert.State) && (kind is null || alert.Kind == kind))
            .Select(static item => new ListedAlert((Alert)item.Entity!, item.Item.Version))
            .OrderByDescending(static listed => listed.Alert.Severity)
            .ThenByDescending(static listed => listed.Alert.At)
            .ToList();
        return new AlertList([.. all.Take(Most)], all.Count);
    }
}

/// <summary>Alerts in the order in which somebody should look at them.</summary>
/// <param name="Items">At most five hundred.</param>
/// <param name="Total">How many there are.</param>
public sealed record AlertList(IReadOnlyList<ListedAlert> Items, int Total);

/// <summary>One alert and its version.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Version">Its version, to act on exactly what was seen.</param>
public sealed record ListedAlert(Alert Alert, long Version);
