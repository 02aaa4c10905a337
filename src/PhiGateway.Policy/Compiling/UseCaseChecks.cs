using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Checks a use case for contradictions with itself and with what it refers to, and compiles its grants; shared by snapshot and validator.
/// </summary>
internal static class UseCaseChecks
{
    /// <summary>Checks what stands in the use case itself and compiles its grants.</summary>
    internal static GrantRule[] Check(UseCase useCase, string path, List<RegistryProblem> problems)
    {
        for (var place = 0; place < useCase.Purposes.Count; place++)
        {
            if (!PurposeOfUse.TryParse(useCase.Purposes[place], out var purpose))
            {
                problems.Add(new RegistryProblem($"{path}/purposes/{place}", "Not an HL7 purpose of use (v3-ActReason)."));
            }
            else if (purpose.IsBreakGlass && !useCase.AllowsBreakGlass)
            {
                problems.Add(new RegistryProblem($"{path}/purposes/{place}", "An emergency purpose needs allowsBreakGlass."));
            }
        }

        if (useCase.Purposes.Count == 0)
        {
            problems.Add(new RegistryProblem(path + "/purposes", "A use case names at least one purpose of use."));
        }

        if (useCase.Tenants.Count == 0 || useCase.Tenants.Any(string.IsNullOrWhiteSpace))
        {
            problems.Add(new RegistryProblem(path + "/tenants", "A use case names at least one tenant, none of them blank."));
        }

        if (string.IsNullOrWhiteSpace(useCase.Environment))
        {
            problems.Add(new RegistryProblem(path + "/environment", "A use case has exactly one environment."));
        }

        if (useCase.ReviewEveryDays is < 1 or > 366)
        {
            problems.Add(new RegistryProblem(path + "/reviewEveryDays", "Access is reviewed every 1 to 366 days."));
        }

        LimitChecks.Check(useCase.Limits, path + "/limits", problems);
        if (useCase.Grants.Count > GrantCompiler.MostGrants)
        {
            problems.Add(new RegistryProblem(path + "/grants", $"A use case has at most {GrantCompiler.MostGrants} grants; split it."));
        }

        var grants = new GrantRule[Math.Min(useCase.Grants.Count, GrantCompiler.MostGrants)];
        for (var place = 0; place < grants.Length; place++)
        {
            grants[place] = GrantCompiler.Compile(useCase.Grants[place], $"{useCase.Id}/{place + 1}", $"{path}/grants/{place}", problems);
        }

        return grants;
    }

    /// <summary>Checks what the use case refers to.</summary>
    internal static void CheckReferences(
        UseCase useCase,
        Agreement? agreement,
        Organization? organization,
        Func<RegistryKind, string, IRegistryEntity?> find,
        string path,
        List<RegistryProblem> problems
    )
    {
        if (organization is null)
        {
            problems.Add(new RegistryProblem(path + "/organization", "There is no such organization."));
        }

        LimitChecks.Check(organization?.Limits, RegistryPaths.Of(RegistryKind.Organization, useCase.Organization) + "/limits", problems);

        if (useCase.Agreement is not null && agreement is null)
        {
            problems.Add(new RegistryProblem(path + "/agreement", "There is no such agreement."));
        }

        if (agreement is not null)
        {
            if (!string.Equals(agreement.Organization, useCase.Organization, StringComparison.Ordinal))
            {
                problems.Add(new RegistryProblem(path + "/organization", "The agreement is with another organization."));
            }

            if (agreement.Expires <= agreement.Effective)
            {
                problems.Add(
                    new RegistryProblem(
                        RegistryPaths.Of(RegistryKind.Agreement, agreement.Id) + "/expires",
                        "An agreement expires after it takes effect."
                    )
                );
            }
        }

        for (var place = 0; place < useCase.Grants.Count; place++)
        {
            if (useCase.Grants[place].Patients?.Roster is { } roster && find(RegistryKind.Roster, roster) is null)
            {
                problems.Add(new RegistryProblem($"{path}/grants/{place}/patients/roster", "There is no such roster."));
            }
        }
    }
}
