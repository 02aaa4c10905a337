using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>The patient that a path names: the id of a Patient itself.</summary>
internal static class PathPatient
{
    internal static PatientId[] Of(ResourceType type, string id) =>
        type == ResourceType.Patient && PatientId.TryParse(id, out var patient) ? [patient] : [];
}
