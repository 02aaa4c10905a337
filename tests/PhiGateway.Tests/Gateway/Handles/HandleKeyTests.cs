using PhiGateway.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Handles;

public sealed class HandleKeyTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Validate_HandleKey_MustBeAReferenceToALongSecret()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-handle-key-").FullName;
        try
        {
            var (good, weak) = (Path.Combine(folder, "good"), Path.Combine(folder, "weak"));
            File.WriteAllText(good, new string('k', 32));
            File.WriteAllText(weak, new string('k', 31));
            File.SetUnixFileMode(good, UnixFileMode.UserRead);

            Assert.Empty(ProblemsOf(null));
            Assert.Empty(ProblemsOf($"file:{good}"));
            Assert.Contains("32 characters", Assert.Single(ProblemsOf($"file:{weak}")));
            Assert.Single(ProblemsOf($"file:{folder}/missing"));
            foreach (var more in new[] { UnixFileMode.GroupRead, UnixFileMode.GroupWrite, UnixFileMode.OtherRead, UnixFileMode.OtherWrite })
            {
                File.SetUnixFileMode(good, UnixFileMode.UserRead | more);
                Assert.Contains("others than its owner", Assert.Single(ProblemsOf($"file:{good}")));
            }

            Assert.Contains("reference", Assert.Single(ProblemsOf(new string('k', 32))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<string> ProblemsOf(string? key)
    {
        var problems = new List<ConfigurationProblem>();
        GatewayOptionsValidator.Validate(new GatewayOptions { HandleKey = key }, problems);
        return [.. problems.Where(static problem => problem.Key == "PhiGateway:HandleKey").Select(static problem => problem.Message)];
    }
}
