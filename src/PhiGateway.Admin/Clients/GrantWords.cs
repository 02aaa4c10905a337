using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>Says in plain words what a grant permits, for the person who is to approve it.</summary>
internal static class GrantWords
{
    /// <summary>Such as <c>read and search Observation of the patients on roster acme-orders</c>.</summary>
    public static string Of(Grant grant)
    {
        var words = new List<string>();
        if (grant.Interactions.Count > 0)
        {
            words.Add($"{And(grant.Interactions)} {And(grant.Types)}");
        }

        if (grant.Operations.Count > 0)
        {
            words.Add($"call {And(grant.Operations)} on {And(grant.Types)}");
        }

        var text = $"{string.Join(" and ", words)} of {Whose(grant.Patients)}";
        foreach (var more in More(grant))
        {
            text += "; " + more;
        }

        return text;
    }

    /// <summary>Names in a row, the last after an "and".</summary>
    public static string And(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Join(string.Empty, names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private static string Whose(PatientScope? scope) =>
        scope switch
        {
            { Any: true } => "EVERY patient of the tenant",
            { Roster: { } roster } => $"the patients on roster {roster}",
            { Context: true } => "the one patient for whom the app was launched",
            { Task: true } => "the patients that a live task names",
            { None: true } => "nobody (records that are no patient's)",
            _ => "nobody",
        };

    private static IEnumerable<string> More(Grant grant)
    {
        if (grant.Where.Count > 0)
        {
            yield return "only where " + And([.. grant.Where.Select(static pair => $"{pair.Key} is {pair.Value}")]);
        }

        if (grant.Elements.Count > 0)
        {
            yield return "only the elements " + And(grant.Elements);
        }

        if (grant.Masks.Count > 0)
        {
            yield return "without the values of " + And(grant.Masks);
        }

        if (grant.Includes.Count > 0)
        {
            yield return "together with " + And(grant.Includes);
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"up to confidentiality {grant.Confidentiality}");
        if (grant.Labels.Count > 0)
        {
            yield return "INCLUDING what is labelled " + And(grant.Labels);
        }

        if (grant.MayRelabel)
        {
            yield return "and MAY CHANGE labels, tags and whose a record is";
        }
    }
}
