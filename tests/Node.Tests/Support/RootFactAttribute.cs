using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Support;

/// <summary>A fact of container images: skipped without root, and where skopeo and umoci are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.UserName != "root" ? "Images need root." : ImageOptions.MissingPrograms();
}
