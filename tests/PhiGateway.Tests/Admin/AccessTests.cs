using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class AccessTests
{
    [Fact]
    public async Task Gate_NoCredential_Is401WithChallenge()
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.SendAsync(null, "GET", "/admin/v1/clients");
        Assert.Equal(401, answer.Status);
        Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"]);
        Assert.Equal("unauthenticated", answer.Code);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(answer.Headers["X-Request-Id"], (string)answer.Json["request_id"]!);
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("nonsense")]
    public async Task Gate_BadCredential_Is401AndOnRecord(string header)
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.SendAsync(null, "GET", "/admin/v1/clients", null, ("Authorization", header));
        Assert.Equal(401, answer.Status);
        Assert.Contains(server.Journal.Records, record => record.Event == "admin.authenticate" && record.Decision == "deny");
    }

    [Fact]
    public async Task Gate_UnknownPath_Is401Without_404With()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(401, (await server.SendAsync(null, "GET", "/nothing")).Status);
        var answer = await server.GetAsync("/nothing");
        Assert.Equal(404, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        var method = await server.SendAsync("adam", "DELETE", "/admin/v1/clients");
        Assert.Equal(405, method.Status);
        Assert.Equal("method-not-allowed", method.Code);
    }

    [Fact]
    public async Task Gate_ManyFailures_AreSlowedAndBounded_GoodKeyStillPasses()
    {
        await using var server = await AdminServer.StartAsync();
        var last = 0;
        for (var i = 0; i < FailedAuthentications.JournaledPerMinute + 10; i++)
        {
            last = (await server.SendAsync(null, "GET", "/admin/v1/clients", null, ("Authorization", "Bearer wrong"))).Status;
        }

        Assert.Equal(429, last);
        Assert.Equal(
            FailedAuthentications.JournaledPerMinute,
            server.Journal.Records.Count(record => record.Event == "admin.authenticate")
        );
        Assert.Equal(200, (await server.GetAsync("/admin/v1/clients")).Status);
    }

    [Fact]
    public async Task Gate_DisabledOrExpiredKey_Is401()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("temp", "viewer");
        Assert.Equal(200, (await server.GetAsync("/admin/v1/clients", "temp")).Status);
        var key = await server.GetAsync("/admin/v1/admin-keys/temp", "adam");
        Assert.Null(key.Json["hash"]);
        var disabled = await server.SendAsync(
            "adam",
            "PATCH",
            "/admin/v1/admin-keys/temp",
            """{"disabled":true}""",
            ("If-Match", key.ETag!)
        );
        Assert.Equal(200, disabled.Status);
        Assert.Equal(401, (await server.GetAsync("/admin/v1/clients", "temp")).Status);
        var expiring = await server.SendAsync(
            "adam",
            "PATCH",
            "/admin/v1/admin-keys/temp",
            """{"disabled":false,"expires":"2026-05-01T13:00:00Z"}""",
            ("If-Match", disabled.ETag!)
        );
        Assert.Equal(200, expiring.Status);
        Assert.Equal(200, (await server.GetAsync("/admin/v1/clients", "temp")).Status);
        server.Time.Now = server.Time.Now.AddHours(2);
        Assert.Equal(401, (await server.GetAsync("/admin/v1/clients", "temp")).Status);
    }

    [Fact]
    public async Task AdminKey_IsShownOnce_NeverItsHash()
    {
        await using var server = await AdminServer.StartAsync();
        var created = await server.PostAsync(
            "/admin/v1/admin-keys",
            """{"id":"pipeline","person":"ci@hospital.example","roles":["operator"]}""",
            "adam",
            ("Idempotency-Key", "k1")
        );
        Assert.Equal(201, created.Status);
        var key = (string)created.Json["key"]!;
        Assert.Null(created.Json["hash"]);
        var again = await server.PostAsync(
            "/admin/v1/admin-keys",
            """{"id":"pipeline","person":"ci@hospital.example","roles":["operator"]}""",
            "adam",
            ("Idempotency-Key", "k1")
        );
        Assert.Equal(201, again.Status);
        Assert.DoesNotContain(key, again.Text);
        Assert.DoesNotContain(server.Store.Idempotent.Values, entry => entry.Body.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain(
            server.Journal.Records,
            record => (record.After ?? string.Empty).Contains(AdminKeyHash.Of(key), StringComparison.Ordinal)
        );
        Assert.DoesNotContain(server.Logs.Lines, line => line.Contains(key, StringComparison.Ordinal));
        var used = await server.SendAsync(null, "GET", "/admin/v1/clients", null, ("Authorization", "Bearer " + key));
        Assert.Equal(200, used.Status);
        Assert.Equal(422, (await server.PostAsync("/admin/v1/admin-keys", """{"id":"x","person":"p","roles":["root"]}""", "adam")).Status);
        Assert.Equal(
            422,
            (await server.PostAsync("/admin/v1/admin-keys", """{"id":"x","person":"p","roles":["viewer"],"hash":"00"}""", "adam")).Status
        );
    }

    [Fact]
    public async Task AdminKey_LastAdmin_CannotBeDeleted()
    {
        await using var server = await AdminServer.StartAsync();
        var adam = await server.GetAsync("/admin/v1/admin-keys/adam", "adam");
        var refused = await server.SendAsync("adam", "DELETE", "/admin/v1/admin-keys/adam", null, ("If-Match", adam.ETag!));
        Assert.Equal("last-admin-key", refused.Code);
        await server.AddKeyAsync("ada", "admin");
        Assert.Equal(204, (await server.SendAsync("adam", "DELETE", "/admin/v1/admin-keys/adam", null, ("If-Match", adam.ETag!))).Status);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task Endpoints_EachNamesItsRoles_AndRefusesTheOthers()
    {
        await using var server = await AdminServer.StartAsync();
        var endpoints = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.Metadata.GetMetadata<OpenDocument>() is null)
            .ToList();
        Assert.True(endpoints.Count > 60);
        await server.AddKeyAsync("rosa", "responder");
        await server.AddKeyAsync("orders", "feed");
        await server.AddKeyAsync("engine", "workflow");
        foreach (var endpoint in endpoints)
        {
            var roles = endpoint.Metadata.GetMetadata<RequiredRoles>();
            Assert.True(roles is { AnyOf.Count: > 0 }, endpoint.DisplayName);
            Assert.All(roles.AnyOf, role => Assert.Contains(role, AdminRoles.Given.Append(AdminRoles.Unclaimed)));
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
            var path = endpoint
                .RoutePattern.RawText!.Replace("{documentName}", "v1", StringComparison.Ordinal)
                .Replace("{id}", "nobody", StringComparison.Ordinal)
                .Replace("{owner}", "nobody", StringComparison.Ordinal)
                .Replace("{patient}", "nobody", StringComparison.Ordinal);
            foreach (
                var (person, role) in new[]
                {
                    ("vera", "viewer"),
                    ("august", "auditor"),
                    ("olga", "operator"),
                    ("anna", "approver"),
                    ("adam", "admin"),
                    ("rosa", "responder"),
                    ("orders", "feed"),
                    ("engine", "workflow"),
                }
            )
            {
                var answer = await server.SendAsync(person, method, path, method is "GET" or "DELETE" ? null : "{}");
                Assert.True((answer.Status == 403) == !roles.AnyOf.Contains(role), $"{method} {path} as {role}: {answer.Status}");
            }
        }
    }

    [Fact]
    public async Task Gate_EndpointWithoutRoles_IsClosed()
    {
        await using var server = await AdminServer.StartAsync(extra: app => app.MapGet("/forgotten", () => "open"));
        var answer = await server.GetAsync("/forgotten", "adam");
        Assert.Equal(403, answer.Status);
    }

    [Fact]
    public async Task Bootstrap_EmptyRegistry_ShowsKeyOnce()
    {
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        var journal = new FakeJournal();
        var key = await BootstrapKey.EnsureAsync(store, journal, time, null, null, default);
        Assert.NotNull(key);
        Assert.True(AdminKeyHash.IsStrong(key));
        Assert.Null(await BootstrapKey.EnsureAsync(store, journal, time, null, null, default));
        var stored = await store.FindAsync(RegistryKind.AdminKey, BootstrapKey.Id, default);
        Assert.DoesNotContain(key, stored!.Json);
        Assert.Single(journal.Records, record => record.Event == "admin-key.bootstrap");
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("changeme-changeme-changeme")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Bootstrap_WeakConfiguredKey_IsRefused(string weak)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, weak, TestContext.Current.CancellationToken);
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        var fault = await Assert.ThrowsAsync<AdminStartException>(() =>
            BootstrapKey.EnsureAsync(store, new FakeJournal(), time, "file:" + file, null, default)
        );
        Assert.DoesNotContain(weak == "admin" ? "\"admin\"" : weak, fault.Message);
        Assert.Equal(0, store.Writes);
        await File.WriteAllTextAsync(file, "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ\n", TestContext.Current.CancellationToken);
        Assert.Null(await BootstrapKey.EnsureAsync(store, new FakeJournal(), time, "file:" + file, null, default));
        await Assert.ThrowsAsync<AdminStartException>(() =>
            BootstrapKey.EnsureAsync(new FakeRegistryStore(time), new FakeJournal(), time, "env:PHIGW_NO_SUCH_VARIABLE", null, default)
        );
        Assert.Equal(1, store.Writes);
        File.Delete(file);
    }

    [Fact]
    public async Task Bootstrap_JournalDown_MakesNoKey()
    {
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        await Assert.ThrowsAsync<PhiGateway.Audit.Journal.JournalUnavailableException>(() =>
            BootstrapKey.EnsureAsync(store, new FakeJournal { Room = 0 }, time, null, null, default)
        );
        Assert.Equal(0, store.Writes);
    }

    [Fact]
    public async Task Bootstrap_EndsByItself_AndIsMadeAnewOnlyWhenNoAdminKeyWorks()
    {
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        var file = Path.Combine(Directory.CreateTempSubdirectory("phigw").FullName, "bootstrap.key");
        var first = await BootstrapKey.EnsureAsync(store, new FakeJournal(), time, null, file, default);
        Assert.Equal(first, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var stored = await store.FindAsync(RegistryKind.AdminKey, BootstrapKey.Id, default);
        Assert.Equal(time.Now + BootstrapKey.Life, RegistryJson.Deserialize<AdminKey>(stored!.Json).Expires);

        time.Now += BootstrapKey.Life;
        var second = await BootstrapKey.EnsureAsync(store, new FakeJournal(), time, null, file, default);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        var ours = new AdminKey
        {
            Id = "adam",
            Person = "adam@hospital.example",
            Hash = AdminKeyHash.Of(AdminKeyHash.NewKey()),
            Roles = ["admin"],
            Created = time.Now,
        };
        await store.WriteAsync([new RegistryWrite(RegistryKind.AdminKey, "adam", RegistryJson.Serialize(ours), 0)], "test", default);
        time.Now += BootstrapKey.Life;
        Assert.Null(await BootstrapKey.EnsureAsync(store, new FakeJournal(), time, null, file, default));

        // Whoever owns the machine and has lost every key says so, once.
        Assert.NotNull(await BootstrapKey.EnsureAsync(store, new FakeJournal(), time, null, file, default, renew: true));
    }

    [Fact]
    public async Task Bootstrap_FileThatCannotBeWritten_MakesNoKey()
    {
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        var folder = Directory.CreateTempSubdirectory("phigw").FullName;
        await Assert.ThrowsAsync<AdminStartException>(() =>
            BootstrapKey.EnsureAsync(store, new FakeJournal(), time, null, Path.Combine(folder, "none", "bootstrap.key"), default)
        );
        Assert.Equal(0, store.Writes);
    }
}
