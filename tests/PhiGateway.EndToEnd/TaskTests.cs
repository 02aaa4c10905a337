using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Tasks with a number of uses: as many requests go upstream, and not one more.</summary>
public sealed class TaskTests(TaskTests.TaskWorld world) : IClassFixture<TaskTests.TaskWorld>
{
    [Fact]
    public async Task Request_TaskWithTwoUses_IsPermittedTwice()
    {
        var agent = await world.StartTaskAsync("twice", "f001", uses: 2);

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", agent)).Status);
        Assert.NotEmpty((await world.GetAsync("/Observation?patient=f001", agent)).Entries);
        await world.Backend.ForgetRecordedAsync();
        var third = await world.GetAsync("/Patient/f001", agent);

        Assert.Equal((HttpStatusCode.Forbidden, "task-used-up"), (third.Status, third.Code));
        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.Equal("task-grant/twice", (string?)(await world.TrailAsync(third.DecisionId))[0]["rule"]);
    }

    [Fact]
    public async Task Request_ThatNamesNobody_ShowsNothingOfACountedTaskAndUsesNothing()
    {
        var agent = await world.StartTaskAsync("named", "f001", uses: 1);

        Assert.Equal("not-found-or-withheld", (await world.GetAsync("/Observation/f001", agent)).Code);
        Assert.DoesNotContain(
            (await world.GetAsync("/Observation?code=15074-8", agent)).Entries,
            static entry => entry == "Observation/f001"
        );
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", agent)).Status);
        Assert.Equal("task-used-up", (await world.GetAsync("/Patient/f001", agent)).Code);
    }

    [Fact]
    public async Task Request_OfAnotherPatient_UsesNothing()
    {
        var agent = await world.StartTaskAsync("other", "f001", uses: 1);

        Assert.Equal("not-found-or-withheld", (await world.GetAsync("/Patient/f201", agent)).Code);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", agent)).Status);
    }

    [Fact]
    public async Task Requests_AtOnce_TakeExactlyWhatThereIs()
    {
        var agent = await world.StartTaskAsync("raced", "f001", uses: 5);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.GetAsync("/Patient/f001", agent)));

        Assert.Equal(5, replies.Count(static reply => reply.Status == HttpStatusCode.OK));
        Assert.Equal(15, replies.Count(static reply => reply.Code == "task-used-up"));
    }

    /// <summary>A world with an agent that may do what its tasks say and nothing else.</summary>
    public sealed class TaskWorld : GatewayWorld
    {
        private int _tasks;

        private protected override string Provider => "Sqlite";

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await Mary.CreateAsync(
                "use-cases",
                new
                {
                    id = "order-tasks",
                    title = "An agent follows up on orders",
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
                            types = new[] { "Patient", "Observation" },
                            interactions = new[] { "read", "search" },
                            patients = new { task = true },
                        },
                    },
                }
            );
            await Wei.PostSeenAsync("use-cases/order-tasks", "approve");
            await AdmitAsync(Stranger.ClientId, "order-tasks");
        }

        /// <summary>Gives the agent one task, ends those before, and waits until the node knows; answers the agent's token.</summary>
        internal async Task<string> StartTaskAsync(string id, string patient, int uses)
        {
            var token = await TokenAsync(Stranger);
            var expires = DateTime.UtcNow.AddHours(1).ToString("O");
            if (_tasks++ > 0)
            {
                await Mary.PatchAsync($"task-grants/{_last}", new { closed = true });
            }

            _last = id;
            await Mary.CreateAsync(
                "task-grants",
                new
                {
                    id,
                    client = Stranger.ClientId,
                    patient,
                    workflow = "order-1",
                    expires,
                    maxUses = uses,
                }
            );

            // What is written later is known later: once this one is in force, so is the other.
            var known = $"f20{_tasks + 1}";
            await Mary.CreateAsync(
                "task-grants",
                new
                {
                    id = $"{id}-known",
                    client = Stranger.ClientId,
                    patient = known,
                    resource = "Observation/no-such",
                    workflow = "order-1",
                    expires,
                }
            );
            while ((await GetAsync($"/Observation?patient={known}", token)).Status != HttpStatusCode.OK)
            {
                await Task.Delay(20);
            }

            return token;
        }

        private string _last = string.Empty;
    }
}
