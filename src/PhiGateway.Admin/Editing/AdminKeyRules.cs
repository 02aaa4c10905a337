using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>What an admin key must say: roles that exist, and whose it is.</summary>
internal static class AdminKeyRules
{
    public static IReadOnlyList<ProblemPointer> Check(AdminKey key)
    {
        var findings = new List<ProblemPointer>();
        if (key.Roles.Count == 0 || !key.Roles.All(AdminRoles.IsKnown))
        {
            findings.Add(
                new ProblemPointer(
                    "/roles",
                    "unknown-role",
                    "At least one of these is expected: " + string.Join(", ", AdminRoles.All) + "."
                )
            );
        }

        if (string.IsNullOrWhiteSpace(key.Person))
        {
            findings.Add(new ProblemPointer("/person", "required", "Name the person or pipeline behind the key."));
        }

        return findings;
    }
}
