using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>What one filter says: its value in canonical spelling, the patients it names, the token condition it sets.</summary>
internal readonly record struct FilterReading(string Canonical, PatientId[]? Patients, TokenConstraint? Condition);
