using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>One node with a client that reads in every way there is: by operation, compartment, export and narrowed search.</summary>
public sealed class ReadingWorld : GatewayWorld
{
    private protected override string Provider => "Sqlite";

    /// <summary>The study team: three types of the patients on the roster, and who treated them; the stranger is one no longer.</summary>
    internal IdentityProviderClient Study => Stranger;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Mary.CreateAsync(
            "use-cases",
            new
            {
                id = "study",
                title = "The study team reads its cohort",
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
                        types = new[] { "Patient", "Observation", "Condition" },
                        interactions = new[] { "read", "search", "export" },
                        operations = new[] { "$everything" },
                        patients = new { roster = "acme-orders" },
                    },
                    new
                    {
                        types = new[] { "Immunization" },
                        interactions = new[] { "read", "search" },
                        masks = new[] { "lotNumber", "doseQuantity.value", "note" },
                        patients = new { roster = "acme-orders" },
                    },
                    new
                    {
                        types = new[] { "Group" },
                        interactions = new[] { "read" },
                        patients = new { any = true },
                    },
                    new
                    {
                        types = new[] { "Practitioner", "Organization" },
                        interactions = new[] { "read", "search" },
                        patients = new { none = true },
                    },
                },
            }
        );
        await Wei.PostSeenAsync("use-cases/study", "approve");
        var client = Study.ClientId;
        await Mary.CreateAsync(
            "clients",
            new
            {
                id = client,
                useCase = "study",
                owner = "mary.smith@hospital.example",
                environment = "production",
            }
        );
        await Mary.CreateAsync(
            "credentials",
            new
            {
                id = $"{client}-oidc",
                client,
                issuer = "hospital-idp",
                clientId = client,
            }
        );
        await Mary.PostAsync($"clients/{client}:attest");
        await Mary.PostAsync($"clients/{client}:submit");
        var posture = await Wei.GetAsync($"clients/{client}/posture");
        await Wei.PostAsync($"clients/{client}:approve", new { fingerprint = posture["fingerprint"]!.GetValue<string>() });
        var token = await TokenAsync(Study);
        while ((await GetAsync("/Patient/f001", token)).Status != System.Net.HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }
    }
}

/// <summary>Classes that share the node, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class ReadingWorldCollection : ICollectionFixture<ReadingWorld>
{
    public const string Name = "Reading world";
}
