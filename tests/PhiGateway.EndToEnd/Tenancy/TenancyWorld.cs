using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>Two hospitals with an issuer and a backend each, reached by path and by host, and two clinics that share one backend.</summary>
public sealed class TenancyWorld : Installation
{
    internal const string Tags = "https://gateway.example/tenants";

    internal const string NorthHost = "north.gateway.example";

    internal const string SouthHost = "south.gateway.example";

    private static readonly string[] Everything = ["read", "vread", "search", "create", "update", "patch", "delete", "history", "export"];

    internal FhirServer North { get; private set; } = null!;

    internal FhirServer South { get; private set; } = null!;

    /// <summary>One server for the clinics East and West, whose records are told apart by a tag.</summary>
    internal FhirServer Shared { get; private set; } = null!;

    internal IdentityProvider NorthIssuer { get; private set; } = null!;

    internal IdentityProvider SouthIssuer { get; private set; } = null!;

    internal IdentityProviderClient NorthApp { get; } = NewClient("north-app");

    internal IdentityProviderClient SouthApp { get; } = NewClient("south-app");

    /// <summary>Admitted in both hospitals; its tokens name the north.</summary>
    internal IdentityProviderClient BothApp { get; } = NewClient("both-app", "north");

    /// <summary>Admitted in both hospitals; its tokens name none.</summary>
    internal IdentityProviderClient RovingApp { get; } = NewClient("roving-app");

    /// <summary>May see and change names of the north's patients and nothing else.</summary>
    internal IdentityProviderClient NamesApp { get; } = NewClient("names-app");

    /// <summary>May see names and extensions of the north's patients.</summary>
    internal IdentityProviderClient SurveyApp { get; } = NewClient("survey-app");

    internal IdentityProviderClient EastApp { get; } = NewClient("east-app");

    internal IdentityProviderClient WestApp { get; } = NewClient("west-app");

    /// <summary>The search parameters that the north's server has beside R4's.</summary>
    internal static string Parameters => RepositoryPaths.Of("tests", "search-parameters", "us-core-style.json");

    internal string Port => $":{Gateway.Data.Port}";

    private protected override async Task<(JsonArray Issuers, JsonObject Proxy, JsonObject Gateway)> PrepareAsync(Uri data)
    {
        var origin = data.GetLeftPart(UriPartial.Authority);
        NorthIssuer = Keep(
            await IdentityProvider.StartAsync(
                new IdentityProviderConfig(origin + "/north", [NorthApp, SouthApp, BothApp, RovingApp, EastApp, NamesApp, SurveyApp])
            )
        );
        SouthIssuer = Keep(await IdentityProvider.StartAsync(new IdentityProviderConfig(origin + "/south", [SouthApp, WestApp])));
        North = Keep(await FhirServer.StartAloneAsync("Bearer of-north", await FixturesAsync("north"), Parameters));
        South = Keep(await FhirServer.StartAsync("Bearer of-south", await FixturesAsync("south")));
        Shared = Keep(
            await FhirServer.StartAsync(
                "Bearer of-both",
                await FixturesAsync("east", "east"),
                await FixturesAsync("west", "west"),
                await FixturesAsync("both", "east", "west"),
                await FixturesAsync("untagged"),
                await FixturesAsync("linked", "west"),
                await LinkAsync("cross-east", "east", "pat-linked"),
                await LinkAsync("cross-west", "west", "pat-east")
            )
        );
        var proxy = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["north"] = Route("ehr-north", "/north/fhir", "north", metadata: ("Phi.SearchParameters", Parameters)),
                ["south"] = Route("ehr-south", "/south/fhir", "south"),
                ["north-host"] = Route("ehr-north", "/fhir", "north", host: NorthHost),
                ["south-host"] = Route("ehr-south", "/fhir", "south", host: SouthHost),
                ["east"] = Route("ehr-shared", "/east/fhir", "east", metadata: ("Phi.TenantTag", $"{Tags}|east")),
                ["west"] = Route("ehr-shared", "/west/fhir", "west", metadata: ("Phi.TenantTag", $"{Tags}|west")),
            },
            ["Clusters"] = new JsonObject
            {
                ["ehr-north"] = Cluster(North.Base, "Bearer of-north"),
                ["ehr-south"] = Cluster(South.Base, "Bearer of-south"),
                ["ehr-shared"] = Cluster(Shared.Base, "Bearer of-both"),
            },
        };
        return ([IssuerOf("north-idp", NorthIssuer, origin + "/north"), IssuerOf("south-idp", SouthIssuer, origin + "/south")], proxy, []);
    }

    private protected override async Task FillAsync()
    {
        await Mary.CreateAsync(
            "organizations",
            new
            {
                id = "group",
                kind = "internal",
                name = "The group of hospitals",
            }
        );
        foreach (var tenants in new[] { new[] { "north" }, ["south"], ["east"], ["west"], ["north", "south"] })
        {
            await ApproveAsync($"charting-{string.Join('-', tenants)}", "group", tenants, Grant());
        }

        await ApproveAsync(
            "names",
            "group",
            ["north"],
            new
            {
                types = new[] { "Patient" },
                interactions = new[] { "read", "search", "patch" },
                elements = new[] { "name" },
                patients = new { any = true },
            },
            new
            {
                types = new[] { "Patient" },
                interactions = new[] { "update" },
                patients = new { any = true },
            }
        );
        await ApproveAsync(
            "survey",
            "group",
            ["north"],
            new
            {
                types = new[] { "Patient" },
                interactions = new[] { "read", "search" },
                elements = new[] { "name", "extension" },
                patients = new { any = true },
            }
        );
        await AdmitAsync(NamesApp.ClientId, "names", "north-idp");
        await AdmitAsync(SurveyApp.ClientId, "survey", "north-idp");
        await AdmitAsync(NorthApp.ClientId, "charting-north", "north-idp");
        await AdmitAsync(SouthApp.ClientId, "charting-south", "south-idp");
        await AdmitAsync(BothApp.ClientId, "charting-north-south", "north-idp");
        await AdmitAsync(RovingApp.ClientId, "charting-north-south", "north-idp");
        await AdmitAsync(EastApp.ClientId, "charting-east", "north-idp");
        await AdmitAsync(WestApp.ClientId, "charting-west", "south-idp");
    }

    private static object Grant() =>
        new
        {
            types = new[] { "Patient", "Observation" },
            interactions = Everything,
            operations = new[] { "$everything" },
            includes = new[] { "_has:Observation:patient" },
            patients = new { any = true },
            mayRelabel = true,
        };

    // A record of one tenant that the backend links to another tenant's patient.
    private async Task<string> LinkAsync(string name, string tag, string patient)
    {
        var file = Path.Combine(Folder, $"{name}.json");
        await File.WriteAllTextAsync(
            file,
            new JsonArray(
                new JsonObject
                {
                    ["resourceType"] = "Observation",
                    ["id"] = $"obs-{name}",
                    ["status"] = "final",
                    ["code"] = new JsonObject { ["text"] = "linked" },
                    ["meta"] = new JsonObject { ["tag"] = new JsonArray(new JsonObject { ["system"] = Tags, ["code"] = tag }) },
                    ["subject"] = new JsonObject { ["reference"] = $"Patient/{patient}" },
                    ["performer"] = new JsonArray(new JsonObject { ["reference"] = $"Patient/{patient}" }),
                }
            ).ToJsonString()
        );
        return file;
    }

    // A patient and an observation that only this name has.
    private async Task<string> FixturesAsync(string name, params string[] tags)
    {
        var meta =
            tags.Length == 0
                ? null
                : new JsonObject
                {
                    ["tag"] = new JsonArray([.. tags.Select(static tag => new JsonObject { ["system"] = Tags, ["code"] = tag })]),
                };
        var patient = new JsonObject
        {
            ["resourceType"] = "Patient",
            ["id"] = $"pat-{name}",
            ["active"] = true,
            ["name"] = new JsonArray(new JsonObject { ["family"] = $"Family-{name}" }),
        };
        patient["extension"] = new JsonArray(
            new JsonObject
            {
                ["url"] = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                ["extension"] = new JsonArray(
                    new JsonObject
                    {
                        ["url"] = "ombCategory",
                        ["valueCoding"] = new JsonObject { ["system"] = "urn:oid:2.16.840.1.113883.6.238", ["code"] = "2106-3" },
                    }
                ),
            }
        );
        var resources = new JsonArray(patient);
        for (var number = 1; number <= 3; number++)
        {
            resources.Add(
                new JsonObject
                {
                    ["resourceType"] = "Observation",
                    ["id"] = $"obs-{name}-{number}",
                    ["status"] = "final",
                    ["code"] = new JsonObject { ["text"] = "note" },
                    ["subject"] = new JsonObject { ["reference"] = $"Patient/pat-{name}" },
                    ["valueString"] = $"secret of {name}",
                }
            );
        }

        foreach (var resource in resources.Where(_ => meta is not null))
        {
            resource!["meta"] = meta!.DeepClone();
        }

        var file = Path.Combine(Folder, $"{name}.json");
        await File.WriteAllTextAsync(file, resources.ToJsonString());
        return file;
    }
}
