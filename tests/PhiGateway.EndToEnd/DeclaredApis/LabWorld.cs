using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.EndToEnd.Tenancy;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>The deployed example's table in front of a laboratory system, with rows for what the example has no need of.</summary>
public sealed class LabWorld : Installation
{
    private static readonly string[] Everything = ["read", "search", "create", "update", "patch", "delete"];

    internal ResultsServer Lab { get; private set; } = null!;

    internal IdentityProvider Issuer { get; private set; } = null!;

    /// <summary>Laboratory results of p1, p2 and p4, nothing restricted; wards.</summary>
    internal IdentityProviderClient Vendor { get; } = NewClient("vendor");

    /// <summary>Everything of anybody, also what is restricted or labelled HIV.</summary>
    internal IdentityProviderClient Ward { get; } = NewClient("ward");

    /// <summary>Some elements of observations only.</summary>
    internal IdentityProviderClient Trimmed { get; } = NewClient("trimmed");

    /// <summary>Observations of a status that the table does not tell.</summary>
    internal IdentityProviderClient Conditional { get; } = NewClient("conditional");

    /// <summary>May delete anybody's record, unseen.</summary>
    internal IdentityProviderClient Cleaner { get; } = NewClient("cleaner");

    private protected override async Task<(JsonArray Issuers, JsonObject Proxy, JsonObject Gateway)> PrepareAsync(Uri data)
    {
        var origin = data.GetLeftPart(UriPartial.Authority);
        Issuer = Keep(await IdentityProvider.StartAsync(new IdentityProviderConfig(origin, [Vendor, Ward, Trimmed, Conditional, Cleaner])));
        Lab = Keep(await ResultsServer.StartAsync("Bearer of-lab"));
        var example = JsonNode.Parse(
            await File.ReadAllTextAsync(RepositoryPaths.Of("deploy", "examples", "appsettings.declared-api.json")),
            documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }
        )!;
        var apis = example["PhiGateway"]!["Apis"]!.DeepClone();
        foreach (var row in Further())
        {
            apis["lab-results"]!["Operations"]!.AsArray().Add(row);
        }

        var proxy = new JsonObject
        {
            ["Routes"] = new JsonObject { ["lab"] = Route("lab", "/lab", "north", "rest-json", null, ("Phi.Api", "lab-results")) },
            ["Clusters"] = new JsonObject { ["lab"] = Cluster(Lab.Base, "Bearer of-lab") },
        };
        return ([IssuerOf("idp", Issuer, origin)], proxy, new JsonObject { ["Apis"] = apis });
    }

    private protected override async Task FillAsync()
    {
        await Mary.CreateAsync(
            "organizations",
            new
            {
                id = "hospital",
                kind = "internal",
                name = "North Hospital",
            }
        );
        await Mary.CreateAsync(
            "rosters",
            new
            {
                id = "orders",
                title = "Open orders",
                source = "orders feed",
            }
        );
        foreach (var patient in new[] { "p1", "p2", "p4" })
        {
            var (status, answer) = await Mary.TryAsync(HttpMethod.Put, $"rosters/orders/members/{patient}", new { });
            Assert.True((int)status < 300, answer);
        }

        await ApproveAsync(
            "lab",
            "hospital",
            ["north"],
            new
            {
                types = new[] { "Observation" },
                interactions = Everything,
                where = new { category = "laboratory" },
                patients = new { roster = "orders" },
            },
            new
            {
                types = new[] { "AllergyIntolerance" },
                interactions = Everything,
                patients = new { roster = "orders" },
            },
            new
            {
                types = new[] { "Location" },
                interactions = Everything,
                patients = new { none = true },
            }
        );
        await ApproveAsync(
            "chart",
            "hospital",
            ["north"],
            new
            {
                types = new[] { "Observation" },
                interactions = Everything,
                patients = new { any = true },
                confidentiality = "V",
                labels = new[] { "HIV" },
                mayRelabel = true,
            }
        );
        await ApproveAsync(
            "trimmed",
            "hospital",
            ["north"],
            new
            {
                types = new[] { "Observation" },
                interactions = new[] { "read", "search", "patch" },
                patients = new { any = true },
                elements = new[] { "status", "category" },
            }
        );
        await ApproveAsync(
            "conditional",
            "hospital",
            ["north"],
            new
            {
                types = new[] { "Observation" },
                interactions = Everything,
                patients = new { any = true },
                where = new { status = "final" },
            }
        );
        await AdmitAsync(Vendor.ClientId, "lab", "idp");
        await AdmitAsync(Ward.ClientId, "chart", "idp");
        await AdmitAsync(Trimmed.ClientId, "trimmed", "idp");
        await ApproveAsync(
            "cleaning",
            "hospital",
            ["north"],
            new
            {
                types = new[] { "Observation" },
                interactions = new[] { "delete" },
                patients = new { any = true },
                mayRelabel = true,
            }
        );
        await AdmitAsync(Cleaner.ClientId, "cleaning", "idp");
        await AdmitAsync(Conditional.ClientId, "conditional", "idp");
    }

    private static JsonNode[] Further() =>
        [
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v1/patients/{patient}/allergies", "ResourceType": "AllergyIntolerance",
                  "Interaction": "search", "Patient": { "In": "path", "Name": "patient" },
                  "Answer": { "Items": "/allergies/*", "AssumeRequestPatient": true } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v1/families", "ResourceType": "Observation", "Interaction": "search",
                  "Answer": { "Items": "/families/*/members/*", "Keep": [ "/families/*/name" ], "Patient": { "Pointer": "/patientId" },
                    "Id": "/id", "Confidentiality": "/level", "Labels": "/labels/*", "Tokens": { "category": "/category" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v1/patients/{patient}/results/{id}", "ResourceType": "Observation", "Interaction": "read",
                  "Id": "id", "Patient": { "In": "path", "Name": "patient" },
                  "Answer": { "Patient": { "Pointer": "/patientId" }, "Id": "/id", "Confidentiality": "/level", "Labels": "/labels/*",
                    "Tokens": { "category": "/category" } } }
                """
            )!,
            // The same backend by rows that say where elements stand, how answers lead on, and how large they may be.
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v5/patients/{patient}/results", "ResourceType": "Observation", "Interaction": "search",
                  "Patient": { "In": "path", "Name": "patient" },
                  "Query": [ "category", "from" ], "QueryElements": { "category": "category", "from": "effective" },
                  "Answer": { "Items": "/results/*", "Next": { "Pointer": "/page/next", "Parameter": "page" },
                    "Patient": { "Pointer": "/patientId" }, "Id": "/id", "Confidentiality": "/level", "Labels": "/labels/*",
                    "Tokens": { "category": "/category" }, "Elements": { "status": "/status", "category": "/category", "value": "/value /amount" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v3/patients/{patient}/results", "ResourceType": "Observation", "Interaction": "search",
                  "Patient": { "In": "path", "Name": "patient" },
                  "Answer": { "Items": "/results/*", "MaxItems": 4, "Patient": { "Pointer": "/patientId" }, "Id": "/id",
                    "Confidentiality": "/level", "Labels": "/labels/*", "Tokens": { "category": "/category" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v4/patients/{patient}/results", "ResourceType": "Observation", "Interaction": "search",
                  "Patient": { "In": "path", "Name": "patient" },
                  "Answer": { "Items": "/results/*", "MaxBytes": 100, "Patient": { "Pointer": "/patientId" }, "Id": "/id",
                    "Confidentiality": "/level", "Labels": "/labels/*", "Tokens": { "category": "/category" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v5/results", "ResourceType": "Observation", "Interaction": "search",
                  "Patient": { "In": "query", "Name": "patient", "Optional": true, "Separator": "," },
                  "Answer": { "Items": "/results/*", "Keep": [ "/links/self" ], "Next": { "Pointer": "/links/next" },
                    "Patient": { "Pointer": "/patientId" }, "Id": "/id", "Confidentiality": "/level", "Labels": "/labels/*",
                    "Tokens": { "category": "/category" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "GET", "Path": "/v5/results/{id}", "ResourceType": "Observation", "Interaction": "read", "Id": "id",
                  "Answer": { "Patient": { "Pointer": "/patientId" }, "Id": "/id", "Confidentiality": "/level", "Labels": "/labels/*",
                    "Tokens": { "category": "/category" }, "Elements": { "status": "/status", "category": "/category",
                    "value": "/value /amount" } } }
                """
            )!,
            JsonNode.Parse(
                """
                { "Method": "PATCH", "Path": "/v5/results/{id}", "ResourceType": "Observation", "Interaction": "patch", "Id": "id",
                  "Body": { "MediaType": "application/merge-patch+json" } }
                """
            )!,
            // A change of something that no row reads.
            JsonNode.Parse(
                """
                { "Method": "DELETE", "Path": "/v1/orders/{id}", "ResourceType": "Observation", "Interaction": "delete", "Id": "id" }
                """
            )!,
        ];
}
