using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>Two nodes on one Postgres that issue tokens under one name, and a workflow engine that opens tasks.</summary>
public sealed class TaskTokenWorld : PostgresWorld
{
    internal const string Client = "bed-board";

    internal string Auth { get; } = $"http://127.0.0.1:{LoopbackPort.Free()}";

    internal SigningKey Key { get; } = SigningKey.Es384("bed-board-1");

    internal GatewayProcess Second { get; private set; } = null!;

    /// <summary>Opens and closes tasks, and may do nothing else.</summary>
    internal AdminClient Engine { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await TokenServiceWorld.AdmitAsync(Mary, Wei, Client, Key, []);
        Engine = await AddAdministratorAsync("workflow-engine", "workflow");
        Second = PrepareNode("gw-second");
        await Second.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        Engine?.Dispose();
        if (Second is not null)
        {
            await Second.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    /// <summary>Opens a task of patient f001 for the client.</summary>
    internal Task OpenAsync(string id, int? uses = null, string patient = "f001", params string[] types) =>
        OpenForAsync(Client, id, uses, patient, types);

    /// <summary>Opens a task for any client.</summary>
    internal Task OpenForAsync(string client, string id, int? uses, string patient, params string[] types) =>
        Engine.CreateAsync(
            "task-grants",
            new
            {
                id,
                client,
                useCase = "ward-charting",
                tenant = "north",
                patient,
                types,
                interactions = new[] { "read", "search" },
                workflow = "discharge letter",
                expires = DateTime.UtcNow.AddHours(1).ToString("O"),
                maxUses = uses,
                byToken = true,
            }
        );

    private protected override void Shape(JsonObject configuration)
    {
        var secret = Path.Combine(Folder, "signing.secret");
        File.WriteAllText(secret, "a secret for signing keys in tests, 32 and more");
        var gateway = configuration["PhiGateway"]!.AsObject();
        var isFirst = (string?)gateway["Node"] == "gw-test";
        gateway["TokenService"] = new JsonObject
        {
            ["Listener"] = isFirst ? Auth : $"http://127.0.0.1:{LoopbackPort.Free()}",
            ["Issuer"] = Auth,
            ["Audience"] = (string?)gateway["Issuers"]![0]!["Audience"],
            ["KeyDirectory"] = Path.Combine(Folder, "signing"),
            ["KeySecret"] = $"file:{secret}",
        };
    }
}
