using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Checks rules of single documents that their shape does not say; what documents mean together is the registry validator's.
/// </summary>
internal static class DocumentRules
{
    public static IReadOnlyList<ProblemPointer> Check(IRegistryEntity entity, string prefix) =>
        entity switch
        {
            TaskGrant task when !PatientId.TryParse(task.Patient, out _) =>
            [
                new ProblemPointer(prefix + "/patient", "malformed-id", "A FHIR id of 1 to 64 letters, digits, '-' and '.' is expected."),
            ],
            _ => [],
        };
}
