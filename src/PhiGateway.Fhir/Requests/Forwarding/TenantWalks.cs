using PhiGateway.Fhir.Canonical;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>
/// Confines every record that a chain walks over to the tenant: the same link with the tenant's tag at its end, as a condition of its own.
/// </summary>
/// <remarks>
/// Exact for references that a resource holds once, since both conditions then mean the same record; other walks are refused by the
/// decision.
/// </remarks>
internal static class TenantWalks
{
    /// <summary>Adds one condition per link; each once.</summary>
    internal static void Add(
        IReadOnlyList<QueryParameter> parameters,
        KeyValuePair<string, string> tenant,
        List<KeyValuePair<string, string>> added
    )
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            var name = parameters[i].Name;
            for (var dot = IsChain(name) ? name.IndexOf('.', StringComparison.Ordinal) : -1; dot >= 0; dot = name.IndexOf('.', dot + 1))
            {
                var condition = KeyValuePair.Create($"{name[..dot]}.{tenant.Key}", tenant.Value);
                if (!added.Contains(condition))
                {
                    added.Add(condition);
                }
            }
        }
    }

    // Names of parameters begin with a letter; the standard's own words do not hold a dot.
    private static bool IsChain(string name) => char.IsAsciiLetter(name[0]);
}
