using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Gives the patient that a path names: the id of a Patient itself, or none.</summary>
internal static class PathPatient
{
    internal static PatientId[] Of(ResourceType type, string id) =>
        type == ResourceType.Patient && PatientId.TryParse(id, out var patient) ? [patient] : [];
}
