using PhiGateway.Admin.OpenApi;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>A small registry written through the API: one vendor, one agreement, one use case, one client, as the API describes them.</summary>
internal static class Sample
{
    public const string Organization = ApiExamples.Organization;
    public const string Agreement = ApiExamples.Agreement;
    public const string Roster = ApiExamples.Roster;
    public const string UseCase = ApiExamples.UseCase;
    public const string Client = ApiExamples.Client;
    public const string Credential = ApiExamples.Credential;

    /// <summary>Everything, written by olga.</summary>
    public static async Task WriteAsync(AdminServer server)
    {
        foreach (
            var (path, body) in new[]
            {
                ("organizations", Organization),
                ("agreements", Agreement),
                ("rosters", Roster),
                ("use-cases", UseCase),
                ("clients", Client),
                ("credentials", Credential),
            }
        )
        {
            var answer = await server.PostAsync("/admin/v1/" + path, body);
            Assert.True(answer.Status == 201, $"{path}: {answer.Status} {answer.Text}");
        }
    }
}
