using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Compares what a client may do before and after a change, fact by fact; what it cannot place counts as wider, never as narrower.</summary>
internal static class AccessComparison
{
    public static AccessEffect Of(string client, ClientView? before, ClientView? after)
    {
        var old = Facts(before);
        var now = Facts(after);
        var added = now.Except(old, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static fact => "+ " + fact);
        var removed = old.Except(now, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static fact => "- " + fact);
        var details = added.Concat(removed).ToList();
        var wider = details.Exists(static line => line[0] == '+');
        var narrower = details.Exists(static line => line[0] == '-');
        var effect = (Lives(before), Lives(after)) switch
        {
            (true, false) => "closed",
            (false, true) => "opened",
            (false, false) => "unchanged",
            _ => (wider, narrower) switch { (true, true) => "both", (true, false) => "widened", (false, true) => "narrowed", _ => "unchanged" },
        };
        return new AccessEffect(client, effect, before is { IsApproved: true } && after is { IsApproved: false }, details);
    }

    private static bool Lives(ClientView? view) => view is { Client.Status: ClientStatus.Active, UseCase.Status: UseCaseStatus.Approved, Organization.Status: OrganizationStatus.Active };

    // Facts are permissions: one more is wider. Restrictions (networks, hours, elements, conditions) therefore stand inside the fact they restrict.
    private static HashSet<string> Facts(ClientView? view)
    {
        var facts = new HashSet<string>(StringComparer.Ordinal);
        if (view is not { UseCase: { } useCase, Client: { } client })
        {
            return facts;
        }

        facts.UnionWith(useCase.Purposes.Select(static purpose => "purpose " + purpose));
        facts.UnionWith((client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants).Select(static tenant => "tenant " + tenant));
        facts.UnionWith(client.Networks.Count == 0 ? ["network any"] : client.Networks.Select(static network => "network " + network));
        facts.UnionWith(client.Hours.Count == 0 ? ["hours any"] : client.Hours.Select(static hours => "hours " + hours));
        facts.UnionWith(client.Requires.Count == 0 ? ["binding none"] : client.Requires.Select(static binding => "binding " + binding));
        facts.Add("environment " + client.Environment);
        facts.Add($"limits {client.Limits.RequestsPerSecond}/s {client.Limits.Concurrency} at once {client.Limits.DistinctPatientsPerHour} patients/h {client.Limits.RecordsPerDay} records/d");
        facts.Add($"token lifetime {client.MaxTokenLifetimeSeconds} s");
        for (var depth = 1; depth <= client.DelegationDepth; depth++)
        {
            facts.Add($"delegation depth {depth}");
        }

        if (useCase.AllowsBreakGlass)
        {
            facts.Add("break glass");
        }

        foreach (var grant in useCase.Grants)
        {
            Add(facts, grant);
        }

        return facts;
    }

    private static void Add(HashSet<string> facts, Grant grant)
    {
        var where = string.Join('&', grant.Where.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}"));
        var patients = grant.Patients switch
        {
            { Any: true } => "any patient",
            { Roster: { } roster } => "roster " + roster,
            { Context: true } => "patient in context",
            { Task: true } => "patient of a task",
            { None: true } => "nobody's data",
            _ => "no patient",
        };
        var scope = $"{(where.Length == 0 ? string.Empty : "?" + where)} for {patients} up to {grant.Confidentiality}";
        foreach (var type in grant.Types)
        {
            facts.UnionWith(grant.Interactions.Select(interaction => $"{type}.{interaction}{scope}"));
            facts.UnionWith(grant.Operations.Select(operation => $"{type}/{operation}{scope}"));
            facts.UnionWith(grant.Labels.Select(label => $"{type} label {label}"));
            facts.UnionWith(grant.Elements.Count == 0 ? [$"{type} every element"] : grant.Elements.Select(element => $"{type} element {element}"));
            if (grant.MayRelabel)
            {
                facts.Add($"{type} relabel");
            }
        }

        facts.UnionWith(grant.Includes.Select(static include => "include " + include));
    }
}
