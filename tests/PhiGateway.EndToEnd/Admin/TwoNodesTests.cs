using PhiGateway.Storage;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Admin;

/// <summary>Two administrators at once, on two nodes with one Postgres.</summary>
public sealed class TwoNodesTests(PostgresFixture postgres)
{
    private const int Rounds = 25;

    [Fact]
    public async Task Writes_SoundAloneButNotTogether_NeverBothSucceed()
    {
        await using var location = await StorageLocation.PostgresAsync(postgres, StorageSchemas.Registry);
        await using var storage = RegistryStorage.Create(location.Options);
        await using var first = await AdminServer.StartAsync(registry: storage.Store);
        await using var second = await AdminServer.StartAsync(registry: storage.Store);
        first.UseKeysOf(second);
        Assert.Equal(201, (await first.PostAsync("/admin/v1/organizations", Sample.Organization)).Status);
        Assert.Equal(201, (await first.PostAsync("/admin/v1/agreements", Sample.Agreement)).Status);
        Assert.Equal(201, (await first.PostAsync("/admin/v1/rosters", Sample.Roster)).Status);
        var created = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // A use case without clients may be deleted, and a client of it may be made; not both.
            var useCase = $"use-{round}";
            var answer = await first.PostAsync(
                "/admin/v1/use-cases",
                Sample.UseCase.Replace("lab-results", useCase, StringComparison.Ordinal)
            );
            Assert.True(answer.Status == 201, answer.Text);
            var client = Sample
                .Client.Replace("acme-connector", $"client-{round}", StringComparison.Ordinal)
                .Replace("lab-results", useCase, StringComparison.Ordinal);
            var making = second.PostAsync("/admin/v1/clients", client);
            var deleting = first.SendAsync("olga", "DELETE", $"/admin/v1/use-cases/{useCase}", null, ("If-Match", answer.ETag!));
            var (made, deleted) = (await making, await deleting);
            Assert.True(
                (made.Status, deleted.Status) is (201, 409) or (422, 204),
                $"{made.Status} {made.Text} | {deleted.Status} {deleted.Text}"
            );
            created += made.Status == 201 ? 1 : 0;
        }

        Assert.Equal(created, (await first.GetAsync("/admin/v1/clients?limit=100")).Json["items"]!.AsArray().Count);
        Assert.Equal(
            (await first.GetAsync("/admin/v1/clients?limit=100")).Text,
            (await second.GetAsync("/admin/v1/clients?limit=100")).Text
        );
    }
}
