using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Cases;

/// <summary>Shows one case with its alerts and its timeline, and says which alert is in which case; called by endpoints and console.</summary>
internal sealed class CaseReports(WorkingSetSource sets)
{
    /// <summary>One case.</summary>
    public async Task<Outcome<CaseView>> ViewAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find(RegistryKind.Case, id) is not { Entity: AlertCase known, Item: var stored })
        {
            return AdminProblem.NotFound("case");
        }

        var alerts = known
            .Alerts.Select(alert => set.Find(RegistryKind.Alert, alert))
            .Where(static found => found?.Entity is Alert)
            .Select(static found => new ListedAlert((Alert)found!.Entity!, found.Item.Version))
            .OrderByDescending(static listed => listed.Alert.At)
            .ToList();
        Alert[] members = [.. alerts.Select(static listed => listed.Alert)];
        var taken = Membership(set);
        return new CaseView(
            known,
            stored.Version,
            alerts,
            [
                .. set.All<Alert>(RegistryKind.Alert)
                    .Where(alert =>
                        alert.State != AlertState.Closed && !taken.ContainsKey(alert.Id) && CaseGrouping.Resembles(known, members, alert)
                    )
                    .OrderByDescending(static alert => alert.At),
            ],
            [.. Timeline(known, members).OrderBy(static moment => moment.At)],
            [.. members.OrderBy(static alert => alert.At).SelectMany(static alert => alert.Records).Distinct(StringComparer.Ordinal)]
        );
    }

    /// <summary>One part of the cases that a filter covers, the newest first.</summary>
    public async Task<ListSlice<AlertCase>> ListAsync(AdminCall call, CaseFilter filter, int skip, int take) =>
        ListSlice<AlertCase>.Of(
            [
                .. (await sets.GetAsync(call.Cancelled))
                    .All<AlertCase>(RegistryKind.Case)
                    .Where(filter.Covers)
                    .OrderByDescending(static one => one.OpenedAt)
                    .ThenBy(static one => one.Id, StringComparer.Ordinal),
            ],
            skip,
            take
        );

    /// <summary>The case that one alert is in; null: none.</summary>
    public async Task<AlertCase?> CaseOfAsync(AdminCall call, string alert)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return Membership(set).TryGetValue(alert, out var id) ? set.Find<AlertCase>(RegistryKind.Case, id) : null;
    }

    /// <summary>Id of the open case that each alert is in.</summary>
    public async Task<IReadOnlyDictionary<string, string>> MembershipAsync(AdminCall call) =>
        Membership(await sets.GetAsync(call.Cancelled));

    /// <summary>Id of the open case that each alert is in: one that was closed holds nothing that is opened again.</summary>
    public static Dictionary<string, string> Membership(WorkingSet set)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in set.All<AlertCase>(RegistryKind.Case).Where(static one => one.State == CaseState.Open))
        {
            foreach (var alert in one.Alerts)
            {
                found[alert] = one.Id;
            }
        }

        return found;
    }

    private static IEnumerable<CaseMoment> Timeline(AlertCase known, IReadOnlyList<Alert> alerts)
    {
        yield return new CaseMoment(known.OpenedAt, known.OpenedBy, "opened the case");
        foreach (var alert in alerts)
        {
            yield return new CaseMoment(alert.At, null, $"{alert.Kind}: {alert.Evidence}");
            if (alert.HandledAt is { } at)
            {
                var what = alert.State == AlertState.Closed ? "closed" : "handled";
                yield return new CaseMoment(
                    at,
                    alert.HandledBy,
                    $"{what} {alert.Kind}{(alert.Resolution is { } why ? ": " + why : string.Empty)}"
                );
            }
        }

        foreach (var note in known.Notes)
        {
            yield return new CaseMoment(note.At, note.By, "noted: " + note.Text);
        }

        if (known.ClosedAt is { } closed)
        {
            yield return new CaseMoment(closed, known.ClosedBy, "closed the case: " + known.Resolution);
        }
    }
}
