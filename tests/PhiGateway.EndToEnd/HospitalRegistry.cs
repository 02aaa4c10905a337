using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// What every <see cref="GatewayWorld"/> has on record before its clients: a vendor and a hospital, their agreement, a roster of two
/// patients, and three use cases that a second person approved.
/// </summary>
internal static class HospitalRegistry
{
    public static async Task FillAsync(AdminClient mary, AdminClient wei)
    {
        var year = DateTime.UtcNow.AddDays(300).ToString("yyyy-MM-dd");
        var today = DateTime.UtcNow.ToString("yyyy-MM-dd");
        await mary.CreateAsync(
            "organizations",
            new
            {
                id = "acme-lab",
                kind = "vendor",
                name = "Acme Laboratories",
                modules = new[] { "results-connector@4" },
            }
        );
        await mary.CreateAsync(
            "organizations",
            new
            {
                id = "north-hospital",
                kind = "internal",
                name = "North Hospital",
            }
        );
        await mary.CreateAsync(
            "agreements",
            new
            {
                id = "baa-acme",
                kind = "baa",
                organization = "acme-lab",
                effective = today,
                expires = year,
                jurisdictions = new[] { "US" },
            }
        );
        await mary.CreateAsync(
            "rosters",
            new
            {
                id = "acme-orders",
                title = "Open orders",
                source = "orders feed",
            }
        );
        foreach (var patient in new[] { "example", "f001" })
        {
            var (status, answer) = await mary.TryAsync(HttpMethod.Put, $"rosters/acme-orders/members/{patient}", new { });
            Assert.True((int)status < 300, answer);
        }

        await mary.CreateAsync(
            "use-cases",
            new
            {
                id = "lab-results",
                title = "Acme reads and writes laboratory results",
                owner = "mary.smith@hospital.example",
                agreement = "baa-acme",
                organization = "acme-lab",
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants = new[] { "north" },
                expires = year,
                grants = new object[]
                {
                    new
                    {
                        types = new[] { "Observation", "DiagnosticReport" },
                        interactions = new[] { "read", "vread", "search", "create", "update", "patch", "delete", "history" },
                        where = new { category = "laboratory" },
                        patients = new { roster = "acme-orders" },
                    },
                    new
                    {
                        types = new[] { "Patient" },
                        interactions = new[] { "read", "search" },
                        elements = new[] { "identifier", "name", "birthDate" },
                        patients = new { roster = "acme-orders" },
                    },
                },
            }
        );
        await mary.CreateAsync(
            "use-cases",
            new
            {
                id = "ward-charting",
                title = "The ward shows the chart",
                owner = "mary.smith@hospital.example",
                organization = "north-hospital",
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants = new[] { "north" },
                expires = year,
                grants = new object[]
                {
                    new
                    {
                        types = new[] { "Patient", "Observation", "Condition", "Encounter", "DiagnosticReport" },
                        interactions = new[] { "read", "vread", "search", "history" },
                        patients = new { any = true },
                        confidentiality = "V",
                        labels = new[] { "HIV", "TBOO", "ETH", "PSY", "SUD" },
                    },
                },
            }
        );
        await mary.CreateAsync(
            "use-cases",
            new
            {
                id = "quality-export",
                title = "The quality registry takes its cohort",
                owner = "mary.smith@hospital.example",
                organization = "north-hospital",
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants = new[] { "north" },
                expires = year,
                grants = new object[]
                {
                    new
                    {
                        types = new[] { "Patient", "Observation" },
                        interactions = new[] { "export" },
                        patients = new { roster = "acme-orders" },
                    },
                },
            }
        );
        foreach (var useCase in new[] { "lab-results", "ward-charting", "quality-export" })
        {
            await wei.PostSeenAsync($"use-cases/{useCase}", "approve");
        }
    }
}
