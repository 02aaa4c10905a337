using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>Lists alerts by lane for people who work through them; every count is of the whole lane. Called by the console.</summary>
internal sealed class AlertInbox(WorkingSetSource sets, TimeProvider time, IRepeatSource? repeats = null)
{
    // The gateway has some thirty; whoever writes alerts of their own has a few.
    private const int MostKinds = 100;

    /// <summary>Each of some lanes, with one page of what stands in it: the urgent first, then the newest.</summary>
    /// <param name="call">The call.</param>
    /// <param name="lanes">Which lanes.</param>
    /// <param name="filter">Only what it covers; null: all.</param>
    /// <param name="skip">How many of each lane stand on earlier pages.</param>
    /// <param name="take">How many stand on a page.</param>
    public async Task<IReadOnlyList<AlertLanePage>> ListAsync(
        AdminCall call,
        IReadOnlyCollection<string> lanes,
        AlertFilter? filter = null,
        int skip = 0,
        int take = PageRequest.Default
    )
    {
        var now = time.GetUtcNow();
        var all = (await sets.GetAsync(call.Cancelled))
            .Kind(RegistryKind.Alert)
            .Values.Where(item => item.Entity is Alert alert && filter?.Covers(alert) != false)
            .Select(static item => new ListedAlert((Alert)item.Entity!, item.Item.Version))
            .ToLookup(listed => AlertLanes.Of(listed.Alert, now), StringComparer.Ordinal);
        return
        [
            .. lanes.Select(lane =>
            {
                var found = Sorted(all[lane], lane, filter?.Kind).ToList();
                return new AlertLanePage(lane, [.. found.Skip(skip).Take(take).Select(WithRepeats)], found.Count, skip);
            }),
        ];
    }

    /// <summary>How many alerts there are of what is asked for, in whatever state.</summary>
    public async Task<int> CountAsync(AdminCall call, AlertFilter filter) =>
        (await sets.GetAsync(call.Cancelled)).All<Alert>(RegistryKind.Alert).Count(filter.Covers);

    /// <summary>The kinds of alerts that there are, in whatever state.</summary>
    public async Task<IReadOnlyList<string>> KindsAsync(AdminCall call) =>
        [
            .. (await sets.GetAsync(call.Cancelled))
                .All<Alert>(RegistryKind.Alert)
                .Select(static alert => alert.Kind)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Take(MostKinds),
        ];

    /// <summary>One alert, in whatever state.</summary>
    public async Task<Outcome<ListedAlert>> FindAsync(AdminCall call, string id) =>
        (await sets.GetAsync(call.Cancelled)).Find(RegistryKind.Alert, id) is { Entity: Alert alert, Item: var item }
            ? WithRepeats(new ListedAlert(alert, item.Version))
            : AdminProblem.NotFound("alert");

    private ListedAlert WithRepeats(ListedAlert listed) =>
        repeats?.Find(listed.Alert.Kind, listed.Alert.Subject) is { } again && again.Last > listed.Alert.At
            ? listed with
            {
                Again = new SeenAgain(again.Count, again.Last),
            }
            : listed;

    /// <summary>What nobody has closed about some subjects, by subject: the urgent first, then the newest.</summary>
    public async Task<ILookup<string, Alert>> OpenAboutAsync(AdminCall call, IReadOnlySet<string> subjects) =>
        (await sets.GetAsync(call.Cancelled))
            .All<Alert>(RegistryKind.Alert)
            .Where(alert => alert.State != AlertState.Closed && subjects.Contains(alert.Subject))
            .OrderByDescending(static alert => alert.Severity)
            .ThenByDescending(static alert => alert.At)
            .ToLookup(static alert => alert.Subject, StringComparer.Ordinal);

    // Emergency uses have a day by which somebody decides: what is due first comes first.
    private static IOrderedEnumerable<ListedAlert> Sorted(IEnumerable<ListedAlert> found, string lane, string? kind) =>
        kind == EmergencyUses.Kind && lane != AlertLanes.Closed
            ? found.OrderBy(static listed => EmergencyUses.DueOf(listed.Alert))
            : found
                .OrderByDescending(static listed => listed.Alert.Severity)
                .ThenByDescending(static listed => listed.Alert.At)
                .ThenBy(static listed => listed.Alert.Id, StringComparer.Ordinal);
}

/// <summary>One page of one lane.</summary>
/// <param name="Lane">Its name.</param>
/// <param name="Items">In the order in which somebody should look at them.</param>
/// <param name="Total">How many stand in the lane.</param>
/// <param name="Skipped">How many stand on earlier pages.</param>
public sealed record AlertLanePage(string Lane, IReadOnlyList<ListedAlert> Items, int Total, int Skipped);

/// <summary>One alert and its version.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Version">Its version, to act on exactly what was seen.</param>
public sealed record ListedAlert(Alert Alert, long Version)
{
    /// <summary>What this node's watch has seen of it since it was told; null: nothing, or it does not watch.</summary>
    public SeenAgain? Again { get; init; }
}

/// <summary>How often what an alert tells was found again.</summary>
/// <param name="Count">How often.</param>
/// <param name="Last">When last, UTC.</param>
public sealed record SeenAgain(long Count, DateTimeOffset Last);
