namespace PhiGateway.Audit.Shipping;

/// <summary>Turns a patient's id into the word by which the trail is searched; served by <see cref="PatientPseudonym"/>.</summary>
public interface IPatientPseudonym
{
    /// <summary>The pseudonym of a patient's logical id within a tenant.</summary>
    /// <param name="tenant">Tenant id.</param>
    /// <param name="patientId">Logical id, without its type.</param>
    string Of(string tenant, string patientId);

    /// <summary>The word under which records are found of answers from which something of that patient was withheld.</summary>
    /// <param name="tenant">Tenant id.</param>
    /// <param name="patientId">Logical id, without its type.</param>
    string OfWithheld(string tenant, string patientId);
}
