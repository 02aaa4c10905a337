using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Editing;

/// <summary>Rules of single documents that belong to the control plane; what documents mean together is the registry validator's.</summary>
internal static class KindRules
{
    public static IReadOnlyList<ProblemPointer> Check(IRegistryEntity entity, bool exists, string prefix)
    {
        var findings = new List<ProblemPointer>();
        switch (entity)
        {
            case AdminKey key:
                if (key.Roles.Count == 0 || !key.Roles.All(AdminRoles.IsKnown))
                {
                    findings.Add(
                        new ProblemPointer(
                            prefix + "/roles",
                            "unknown-role",
                            "At least one of these is expected: " + string.Join(", ", AdminRoles.All) + "."
                        )
                    );
                }

                if (string.IsNullOrWhiteSpace(key.Person))
                {
                    findings.Add(new ProblemPointer(prefix + "/person", "required", "Name the person or pipeline behind the key."));
                }

                break;
            case TaskGrant task when !PatientId.TryParse(task.Patient, out _):
                findings.Add(
                    new ProblemPointer(
                        prefix + "/patient",
                        "malformed-id",
                        "A FHIR id of 1 to 64 letters, digits, '-' and '.' is expected."
                    )
                );
                break;
            case Organization organization when organization.Status == OrganizationStatus.Offboarded && !exists:
                findings.Add(
                    new ProblemPointer(prefix + "/status", "managed", "An organization is offboarded by ':offboard', not by writing it.")
                );
                break;
            default:
                break;
        }

        return findings;
    }
}
