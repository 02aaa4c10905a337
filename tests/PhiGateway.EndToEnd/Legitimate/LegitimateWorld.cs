using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;

namespace PhiGateway.EndToEnd.Legitimate;

/// <summary>
/// One node with two readers of all clinical types: one of every patient, one of a roster; and an app that acts for one patient.
/// </summary>
public class LegitimateWorld : GatewayWorld
{
    /// <summary>The patients of the roster.</summary>
    public static readonly string[] Cohort = ["example", "f001"];

    /// <summary>Types that are nobody's record.</summary>
    public static readonly string[] Reference = ["Practitioner", "PractitionerRole", "Organization", "Location", "Medication"];

    private static readonly string[] Clinical =
    [
        "Patient",
        "Observation",
        "Condition",
        "AllergyIntolerance",
        "CarePlan",
        "CareTeam",
        "Coverage",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Goal",
        "Immunization",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "MedicationAdministration",
        "Procedure",
        "QuestionnaireResponse",
        "ServiceRequest",
        "Specimen",
        "RelatedPerson",
        "Provenance",
        "Appointment",
        "Claim",
        "ExplanationOfBenefit",
        "FamilyMemberHistory",
        "ImagingStudy",
        "List",
        "NutritionOrder",
        "RiskAssessment",
        "Composition",
        "Consent",
        "ClinicalImpression",
        "EpisodeOfCare",
        "Flag",
        "Media",
    ];

    private static readonly string[] Reads = ["read", "vread", "search", "history"];

    private static readonly string[] Includes =
    [
        "CareTeam:participant",
        "Condition:encounter",
        "DiagnosticReport:result",
        "DiagnosticReport:subject",
        "Encounter:patient",
        "Encounter:subject",
        "MedicationRequest:medication",
        "Observation:patient",
        "Observation:performer",
        "Observation:subject",
        "Procedure:performer",
        "Provenance:target",
    ];

    private static readonly string[] Labels = ["HIV", "TBOO", "ETH", "PSY", "SUD", "42CFRPart2"];

    /// <summary>Every patient.</summary>
    internal IdentityProviderClient Engine { get; } = Client("reporting-engine", "system/*.rs system/*.read system/Observation.rs");

    /// <summary>The cohort only.</summary>
    internal IdentityProviderClient Cohorts { get; } = Client("cohort-reader", "system/*.rs");

    /// <summary>Acts for the patient <c>example</c>, with what scopes its token has.</summary>
    internal IdentityProviderClient App { get; } =
        Client(
            "patient-app",
            "patient/*.rs patient/Provenance.rs patient/Patient.rs patient/Patient.read patient/Observation.read "
                + "patient/Observation.rs patient/Condition.rs patient/Observation.r patient/Observation.s "
                + "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs "
                + "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
            patient: "example"
        );

    private protected override string Provider => "Sqlite";

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [Engine, Cohorts, App];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Mary.CreateAsync(
            "rosters",
            new
            {
                id = "cohort",
                title = "Cohort",
                source = "registry",
            }
        );
        foreach (var patient in Cohort)
        {
            await Mary.TryAsync(HttpMethod.Put, $"rosters/cohort/members/{patient}", new { });
        }

        await UseCaseAsync("reporting", Engine, new { any = true });
        await UseCaseAsync("cohort", Cohorts, new { roster = "cohort" });
        await UseCaseAsync("patient-access", App, new { any = true });
        while ((await GetAsync("/Patient/example", await TokenAsync(App, "patient/Patient.rs"))).Status != System.Net.HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }
    }

    private async Task UseCaseAsync(string id, IdentityProviderClient client, object patients)
    {
        await Mary.CreateAsync(
            "use-cases",
            new
            {
                id,
                title = id,
                owner = "mary.smith@hospital.example",
                organization = "north-hospital",
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants = new[] { "north" },
                expires = DateTime.UtcNow.AddDays(300).ToString("yyyy-MM-dd"),
                grants = new object[]
                {
                    new
                    {
                        types = Clinical,
                        interactions = Reads,
                        includes = Includes,
                        patients,
                        confidentiality = "V",
                        labels = Labels,
                    },
                    new
                    {
                        types = Reference,
                        interactions = Reads,
                        includes = Includes,
                        patients = new { any = true },
                        confidentiality = "V",
                        labels = Labels,
                    },
                },
            }
        );
        await Wei.PostSeenAsync($"use-cases/{id}", "approve");
        await AdmitAsync(client.ClientId, id);
    }

    private static IdentityProviderClient Client(string id, string scope, string? patient = null)
    {
        var claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") };
        if (patient is not null)
        {
            claims["patient"] = patient;
        }

        return new IdentityProviderClient(id, scope) { ClientSecret = $"{id}-secret-for-tests-0123456789", Claims = claims };
    }
}
