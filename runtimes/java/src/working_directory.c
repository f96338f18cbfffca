/* The one system call that a blank start needs and Java does not have: chdir(2). */
#include <jni.h>
#include <unistd.h>

JNIEXPORT jboolean JNICALL Java_hearth_bootstrap_WorkingDirectory_enter(JNIEnv *env, jclass self, jbyteArray path)
{
    (void)self;
    jbyte *bytes = (*env)->GetByteArrayElements(env, path, NULL);
    if (bytes == NULL)
        return JNI_FALSE;
    jboolean entered = chdir((const char *)bytes) == 0;
    (*env)->ReleaseByteArrayElements(env, path, bytes, JNI_ABORT);
    return entered;
}
