using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Checks the limits of a client, a use case or an organization; shared by snapshot and validator. One that cannot be held closes the path:
/// it may be the restriction.
/// </summary>
internal static class LimitChecks
{
    /// <summary>Adds a problem for each number that no limit can be.</summary>
    /// <param name="limits">Null: there are none.</param>
    /// <param name="path">Of them.</param>
    /// <param name="problems">What was found so far.</param>
    internal static void Check(ClientLimits? limits, string path, List<RegistryProblem> problems)
    {
        if (limits is null)
        {
            return;
        }

        foreach (var member in LimitMember.All)
        {
            if (member.Of(limits) is <= 0)
            {
                problems.Add(
                    new RegistryProblem($"{path}/{member.Name}", "A limit is a positive number; leave it out for the gateway's default.")
                );
            }
        }

        foreach (
            var (name, value, over) in new[]
            {
                ("distinctPatientsPerDay", limits.DistinctPatientsPerDay, "a day"),
                ("distinctPatientsPer30Days", limits.DistinctPatientsPer30Days, "30 days"),
            }
        )
        {
            if (value > ClientLimits.MostPatientsPer30Days)
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/{name}",
                        $"At most {ClientLimits.MostPatientsPer30Days} patients are told apart over {over}; leave it out for no limit."
                    )
                );
            }
        }
    }
}
